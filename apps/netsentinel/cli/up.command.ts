/** `up`: reads what is to be started; `up.ts` starts it. */
import { type Command, Option } from 'commander';
import { planAlerts } from '../config/alert-plan.ts';
import { planEncryption } from '../config/encryption-plan.ts';
import { planLive } from '../config/live-plan.ts';
import { planOpenId } from '../config/openid-plan.ts';
import { consoleTls } from '../config/console-tls.ts';
import { planDecoys, type PersonaChoice } from '../config/decoy-plan.ts';
import { placeFiles } from '../config/place-files.ts';
import { addPersonaOptions } from './persona-options.ts';
import { HOME, settings, type Settings } from './settings.ts';
import type { UpPlan } from './up.plan.ts';

/** `start` gets the plan once it is known to be good. */
export function addUp(program: Command, start: (plan: UpPlan) => Promise<void>): void {
  addPersonaOptions(
    program
      .command('up')
      .description('start NetSentinel and show incidents as they happen; ^C stops it')
      .option('--json', 'print what happens as JSON lines')
      // For the launcher, which tries a change before it takes the file's place.
      .addOption(new Option('--candidate <file>').hideHelp()),
  ).action(async (options: PersonaChoice & { json?: boolean; candidate?: string }, command: Command) => {
    const { json, candidate: _, ...choice } = options;
    await start(await planUp(command, json === true, choice));
  });
}

async function planUp(command: Command, json: boolean, choice: PersonaChoice): Promise<UpPlan> {
  const { loaded, configFile, hasFile, text, folder } = settings(command);
  const { config } = loaded;
  const places = placeFiles(loaded, configFile);
  const playbooks = await playbooksOf(loaded, configFile);
  return {
    home: HOME,
    config: {
      ...config,
      alert: planAlerts(loaded, configFile),
      encryption: planEncryption(loaded, configFile),
      console: {
        ...config.console,
        openId: planOpenId(loaded, configFile),
        live: planLive(loaded, configFile),
      },
    },
    folder,
    collectors: await collectorsOf(loaded, configFile),
    decoys: planDecoys(loaded, configFile, choice),
    where: { console: loaded.where(['console', 'port']) },
    ...(await tlsOf(consoleTls(loaded, configFile), config, folder)),
    ...(places === undefined ? {} : { places }),
    ...(playbooks === undefined ? {} : { playbooks }),
    source: { file: configFile, text },
    hasFile,
    json,
  };
}

async function tlsOf(
  found: ReturnType<typeof consoleTls>,
  { console: { address, tls } }: UpPlan['config'],
  folder: UpPlan['folder'],
): Promise<Pick<UpPlan, 'tls' | 'certificate'>> {
  if (found === 'plain') return {};
  if (found !== 'made') return { tls: found };
  const { madeCertificate, namesOf } = await import('../config/made-certificate.ts');
  const { cert, key, ...certificate } = madeCertificate(folder.console, namesOf(address, tls?.names ?? []), Date.now());
  return { tls: { cert, key }, certificate };
}

/** Who has no playbooks does not load what reads them. */
async function playbooksOf(...given: [Settings['loaded'], string]): Promise<UpPlan['playbooks']> {
  if (given[0].config.playbooks.mode === 'off') return undefined;
  return (await import('../config/playbook-plan.ts')).planPlaybooks(...given);
}

/** Who collects nothing does not load what collects. */
async function collectorsOf(...given: [Settings['loaded'], string]): Promise<UpPlan['collectors']> {
  if (given[0].config.collectors.length === 0) return [];
  return (await import('../config/collector-plan.ts')).planCollectors(...given);
}
