/** What every command needs first: the configuration, the data folder, and where the program itself lies. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { loadConfig, type LoadedConfig } from '@netsentinel/kernel/config';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { NetSentinelConfig } from '../config/netsentinel.config.ts';
import { dataFolder, type DataFolder } from '../launcher/data-folder.ts';

/** The folder of the clone. */
export const HOME = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

export interface Settings {
  readonly loaded: LoadedConfig<NetSentinelConfig>;
  readonly configFile: string;
  /** False where defaults stand in for a file that is not there. */
  readonly hasFile: boolean;
  /** The file's; empty without one. */
  readonly text: string;
  readonly folder: DataFolder;
}

/** Reads the file that `--config` names, or the text that may take its place (`--candidate`); without one at the default place, the defaults count. */
export function settings(command: Command): Settings {
  const options = command.optsWithGlobals<{ config: string; data?: string; candidate?: string }>();
  const configFile = resolve(options.config);
  const textFile = options.candidate ?? configFile;
  const hasFile = existsSync(textFile);
  if (!hasFile && command.parent?.getOptionValueSourceWithGlobals('config') === 'cli') {
    throw new NetSentinelError('CONFIG_NOT_FOUND', 'user', `there is no ${options.config}`, {
      hint: '`netsentinel init` writes one.',
    });
  }
  const text = hasFile ? readFileSync(textFile, 'utf8') : '';
  const loaded = loadConfig(NetSentinelConfig, {
    file: relative(process.cwd(), configFile) || configFile,
    text,
    env: process.env,
  });
  const data =
    options.data ??
    process.env['NETSENTINEL_DATA'] ??
    resolve(hasFile ? dirname(configFile) : process.cwd(), loaded.config.data);
  return { loaded, configFile, hasFile, text, folder: dataFolder(resolve(data)) };
}

/** Fails where NetSentinel has never run on this folder. */
export function needData(folder: DataFolder): void {
  if (!existsSync(join(folder.root, 'VERSION')))
    throw new NetSentinelError('DATA_NOT_FOUND', 'user', `there is no data in ${folder.root}`, {
      hint: 'Start it once with `netsentinel up`, or name another folder with --data.',
    });
}
