/** `up`: reads what is to be started; `up.ts` starts it. */
import type { Command } from 'commander';
import { consoleTls } from '../config/console-tls.ts';
import { HOME, settings } from './settings.ts';
import type { UpPlan } from './up.plan.ts';

/** `start` gets the plan once it is known to be good. */
export function addUp(program: Command, start: (plan: UpPlan) => Promise<void>): void {
  program
    .command('up')
    .description('start NetSentinel and show incidents as they happen; ^C stops it')
    .option('--json', 'print what happens as JSON lines')
    .action(async (options: { json?: boolean }, command: Command) => start(planUp(command, options.json === true)));
}

function planUp(command: Command, json: boolean): UpPlan {
  const { loaded, configFile, hasFile, folder } = settings(command);
  const { config } = loaded;
  const tls = consoleTls(loaded, configFile);
  return {
    home: HOME,
    config,
    folder,
    where: {
      console: loaded.where(['console', 'port']),
      decoys: config.decoys.map((_, i) => loaded.where(['decoys', i, 'port'])),
    },
    ...(tls === undefined ? {} : { tls }),
    hasFile,
    json,
  };
}
