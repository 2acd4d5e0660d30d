/**
 * Reads the configuration's versions, and judges changes, for the launcher that started it (`configuration-desk.ts`), which has no use for YAML and schemas. It changes
 * nothing but the candidate that it leaves beside the configuration file.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { diff } from 'node:util';
import type {
  ConfigurationAnswers,
  ConfigurationAsk,
  ConfigurationLine,
  ConfigurationText,
} from '@netsentinel/contracts/configuration';
import { MAX_CONFIGURATION } from '@netsentinel/contracts/wire-limits';
import { loadConfig } from '@netsentinel/kernel/config';
import { isNetSentinelError, NetSentinelError } from '@netsentinel/kernel/errors';
import { toWireError } from '@netsentinel/kernel/wire-error';
import { createProgram } from '../cli/program.ts';
import type { UpPlan } from '../cli/up.plan.ts';
import { ConfigurationHistory } from '../config/configuration-history.ts';
import { hideSecrets, revealSecrets } from '../config/hidden-secrets.ts';
import { judgeChange } from '../config/judge-change.ts';
import { NetSentinelConfig } from '../config/netsentinel.config.ts';
import { writeLike } from '../config/write-like.ts';
import type { AcceptedChange, ClerkReply, ClerkRequest } from './configuration-clerk.types.ts';

type Change = Extract<ConfigurationAsk, { what: 'check' | 'change' | 'restore' }>;

process.once('message', (request) => {
  void work(request as ClerkRequest).then((reply) => process.send!(reply));
});

async function work(request: ClerkRequest): Promise<ClerkReply> {
  const { ask } = request;
  const history = new ConfigurationHistory(request.history);
  try {
    switch (ask.what) {
      case 'list':
        return { answer: history.list() };
      case 'read':
        return { answer: readable(ask.version === undefined ? inForce(history) : versionOf(history, ask.version)) };
      case 'compare':
        return { answer: compared(versionOf(history, ask.from), versionOf(history, ask.to)) };
      default:
        return await judged(request, ask, history);
    }
  } catch (error) {
    return { error: toWireError(error, 'CONFIGURATION_FAILED') };
  }
}

function readable(kept: ConfigurationText): ConfigurationAnswers['read'] {
  return { ...kept, text: hideSecrets(kept.text) };
}

function compared(from: ConfigurationText, to: ConfigurationText): ConfigurationLine[] {
  const lines = ({ text }: ConfigurationText): string[] => hideSecrets(text).replace(/\n$/, '').split('\n');
  const [before, after] = [lines(from), lines(to)];
  // `diff` has nothing to say of what is the same.
  if (before.join('\n') === after.join('\n')) return before.map((text) => ({ change: 'same', text }));
  return diff(after, before).map(([sign, text]) => ({
    change: sign === 0 ? 'same' : sign > 0 ? 'added' : 'removed',
    text,
  }));
}

async function judged({ argv, file }: ClerkRequest, ask: Change, history: ConfigurationHistory): Promise<ClerkReply> {
  const base = inForce(history);
  if (ask.what !== 'check' && ask.base !== undefined && ask.base !== base.version)
    throw new NetSentinelError('CONFIGURATION_CHANGED', 'user', `version ${base.version} is in force by now`);
  const onDisk = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (onDisk !== base.text)
    throw new NetSentinelError(
      'CONFIGURATION_FILE_CHANGED',
      'user',
      `${basename(file)} was changed at the machine since NetSentinel started with it`,
      { hint: 'Start NetSentinel again, or put the file back.' },
    );
  const text = ask.what === 'restore' ? versionOf(history, ask.version).text : revealSecrets(ask.text, base.text);
  if (text.length > MAX_CONFIGURATION)
    throw new NetSentinelError('CONFIGURATION_INVALID', 'user', `longer than ${MAX_CONFIGURATION} characters`, {
      hint: 'Change a configuration of this length at the machine.',
    });
  const { sections, accepted } = await tried(argv, file, base.text, text);
  if (ask.what === 'check' || text === base.text) {
    rmSync(accepted.candidate, { force: true });
    return { answer: { sections } };
  }
  return { answer: { sections }, accepted };
}

/** Throws `CONFIGURATION_INVALID` with all that is wrong, by line; leaves no candidate behind then. */
async function tried(
  argv: readonly string[],
  file: string,
  before: string,
  text: string,
): Promise<{ sections: string[]; accepted: AcceptedChange }> {
  const name = basename(file);
  const config = (content: string): NetSentinelConfig =>
    loadConfig(NetSentinelConfig, { file: name, text: content, env: process.env }).config;
  const candidate = `${file}.candidate`;
  try {
    const sections = judgeChange(config(before), config(text));
    leave(candidate, text, file);
    return { sections, accepted: { plan: await planOf([...argv, '--candidate', candidate]), text, candidate } };
  } catch (error) {
    rmSync(candidate, { force: true });
    if (isNetSentinelError(error, 'CONFIGURATION_KEPT') || isNetSentinelError(error, 'CONFIGURATION_NOT_WRITABLE'))
      throw error;
    const { message, where } = toWireError(error, 'CONFIGURATION_INVALID');
    throw new NetSentinelError('CONFIGURATION_INVALID', 'user', where === undefined ? message : `${where}: ${message}`);
  }
}

function leave(candidate: string, text: string, file: string): void {
  try {
    writeLike(candidate, text, file);
  } catch (error) {
    throw new NetSentinelError(
      'CONFIGURATION_NOT_WRITABLE',
      'operational',
      `${candidate} cannot be written: ${(error as Error).message}`,
    );
  }
}

/** As `up` itself plans it: files that it names are read, decoys are placed. */
async function planOf(argv: readonly string[]): Promise<UpPlan> {
  let made: UpPlan | undefined;
  const program = createProgram(async (plan) => {
    made = plan;
  });
  await program.parseAsync(argv, { from: 'user' });
  if (made === undefined)
    throw new NetSentinelError('CONFIGURATION_FAILED', 'bug', 'no plan was made of the configuration');
  return made;
}

function inForce(history: ConfigurationHistory): ConfigurationText {
  const current = history.current;
  if (current === undefined)
    throw new NetSentinelError('CONFIGURATION_NOT_KEPT', 'operational', 'the configuration in force was not kept', {
      hint: 'Start NetSentinel again; the launcher’s log says why.',
    });
  return current;
}

function versionOf(history: ConfigurationHistory, version: number): ConfigurationText {
  const kept = history.get(version);
  if (kept === undefined)
    throw new NetSentinelError(
      'CONFIGURATION_UNKNOWN',
      'user',
      `there is no version ${version}, or it is kept no more`,
    );
  return kept;
}
