/** `init`: writes a commented configuration, made from the schemas themselves, so that it never says what is not so. */
import { existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { exampleConfig } from '../config/example-config.ts';
import { print } from './output.ts';
import { HOME } from './settings.ts';

export function addInit(program: Command): void {
  program
    .command('init')
    .description('write a commented configuration file')
    .option('--force', 'replace an existing one')
    .option('--print', 'print it instead')
    .action((options: { force?: boolean; print?: boolean }, command: Command) => {
      const text = exampleConfig(HOME);
      if (options.print === true) {
        process.stdout.write(text);
        return;
      }
      const file = command.optsWithGlobals<{ config: string }>().config;
      if (existsSync(file) && options.force !== true)
        throw new NetSentinelError('CONFIG_EXISTS', 'user', `${file} is already there`, {
          hint: 'Use --force to replace it, or --print to look at a fresh one.',
        });
      writeFileSync(resolve(file), text);
      print(`wrote ${file}`);
    });
}
