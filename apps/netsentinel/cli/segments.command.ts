/** `segments`: who may speak with whom, as a file; checked, compared with what is there, applied, and taken back. The enforcer does it. */
import { existsSync, readFileSync } from 'node:fs';
import { InvalidArgumentError, type Command } from 'commander';
import type { SegmentChange, SegmentDiff } from '@netsentinel/contracts/segments';
import { loadConfig } from '@netsentinel/kernel/config';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { EXIT, paint, print, printJson, safe, table, when } from './output.ts';
import { settings } from './settings.ts';
import { whoami } from './whoami.ts';

interface Json {
  readonly json?: boolean;
}
interface Said extends Json {
  readonly reason: string;
}

/** Switches may take their time, one look after another. */
const PATIENCE_MS = 300_000;

export function addSegments(program: Command): void {
  const segments = program.command('segments').description('who may speak with whom behind the switches, as a file');
  const file = ['<file>', 'who is in which segment, and what may pass between them (YAML)'] as const;
  segments
    .command('check')
    .description('say whether a file is sound; asks no switch')
    .argument(...file)
    .option('--json', 'print JSON: the file as it is understood')
    .action(async (path: string, { json }: Json) => {
      const wanted = await read(path);
      if (json === true) return printJson(wanted);
      for (const { name, members, may } of wanted.segments)
        print(
          `${name}: ${members.length} members${may.map(({ to, traffic }) => `, ${traffic.join(' ')} to ${to}`).join('')}`,
        );
      return print('sound; `segments diff` says what it would change');
    });
  segments
    .command('diff')
    .description(
      'what applying a file would change in which switch, and which hosts are in no segment; changes nothing',
    )
    .argument(...file)
    .option('--json', 'print JSON')
    .action(async (path: string, { json }: Json, command: Command) => {
      const { folder } = settings(command);
      const { callEnforcer } = await import('@netsentinel/enforcer/control');
      const wanted = await read(path);
      const diff = await callEnforcer(folder.enforcerSocket, { command: 'segmentsDiff', file: wanted }, PATIENCE_MS);
      if (diff.refused.length > 0) process.exitCode = EXIT.failed;
      return json === true ? printJson(diff) : show(diff);
    });
  segments
    .command('apply')
    .description('make it so in all switches, or in none; what was there before is kept for `rollback`')
    .argument(...file)
    .option('--reason <text>', 'why, for the audit', '')
    .option('--json', 'print JSON')
    .action(async (path: string, { reason, json }: Said, command: Command) => {
      const { folder } = settings(command);
      const { callEnforcer } = await import('@netsentinel/enforcer/control');
      const request = { command: 'segmentsApply', file: await read(path), ...signed(reason) } as const;
      return tell(await callEnforcer(folder.enforcerSocket, request, PATIENCE_MS), json);
    });
  segments
    .command('rollback')
    .description(
      'go back to the segments before the last change, or to those after a change of the history; 0 is none at all',
    )
    .argument('[id]', 'the change that is gone back to', changeNumber)
    .option('--reason <text>', 'why, for the audit', '')
    .option('--json', 'print JSON')
    .action(async (to: number | undefined, { reason, json }: Said, command: Command) => {
      const { folder } = settings(command);
      const { callEnforcer } = await import('@netsentinel/enforcer/control');
      const request = { command: 'segmentsRollback', ...(to === undefined ? {} : { to }), ...signed(reason) } as const;
      return tell(await callEnforcer(folder.enforcerSocket, request, PATIENCE_MS), json);
    });
  segments
    .command('history')
    .description('changes of segments, the newest first')
    .option('--json', 'print JSON: one change a line')
    .action(async ({ json }: Json, command: Command) => {
      const { folder } = settings(command);
      const { callEnforcer } = await import('@netsentinel/enforcer/control');
      const changes = await callEnforcer(folder.enforcerSocket, { command: 'segmentsHistory' });
      if (json === true) return changes.forEach(printJson);
      if (changes.length === 0) return print('segments were never applied');
      const inForce = changes.find(({ status }) => status === 'applied')?.id;
      return table(
        ['id', 'when', 'status', 'by', 'segments', 'why'],
        changes.map((change) => [
          String(change.id),
          when(change.at),
          change.id === inForce ? paint('in force', 'green') : change.status,
          safe(change.by, 64),
          [...(change.backTo === undefined ? [] : [`back to ${change.backTo}:`]), ...change.segments].join(' ') ||
            'none',
          safe(change.detail === '' ? change.reason : change.detail, 120),
        ]),
      );
    });
}

/** @throws NetSentinelError `SEGMENTS_NOT_FOUND`; `SEGMENTS_INVALID` with every mistake in the file and its line */
async function read(path: string) {
  if (!existsSync(path)) throw new NetSentinelError('SEGMENTS_NOT_FOUND', 'user', `there is no ${path}`);
  const { CheckedSegmentFile } = await import('@netsentinel/enforcer/segments/segment-file');
  try {
    return loadConfig(CheckedSegmentFile, { file: path, text: readFileSync(path, 'utf8') }).config;
  } catch (error) {
    if (!(error instanceof NetSentinelError) || error.code !== 'CONFIG_INVALID') throw error;
    throw new NetSentinelError('SEGMENTS_INVALID', 'user', error.message, {
      hint: 'Mend the lines above; docs/reference/segments.md explains every key.',
      cause: error,
    });
  }
}

function signed(reason: string): { readonly by: string; readonly reason: string } {
  return { by: whoami(), reason: reason.slice(0, 512) };
}

function changeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('`segments history` numbers the changes');
  return Number(text);
}

function show({ refused, parts, outside }: SegmentDiff): void {
  for (const reason of refused) print(paint(`refused: ${safe(reason, 512)}`, 'red'));
  for (const { switch: name, responder, mode, adds, removes, keeps, lines, trouble } of parts) {
    const counts = trouble === undefined ? `+${adds} -${removes}, ${keeps} stay` : safe(trouble, 512);
    print(`${paint(safe(name, 128), 'bold')} (${safe(responder, 64)}, ${mode}): ${counts}`);
    for (const line of lines) print(`  ${safe(line, 512)}`);
    if (lines.length < adds + removes) print(`  and ${adds + removes - lines.length} more`);
  }
  if (outside.length > 0) print('in no segment:');
  for (const host of outside) print(`  ${safe(host, 256)}`);
}

function tell(change: SegmentChange, json: boolean | undefined): void {
  const { id, status, detail } = change;
  if (status === 'refused' || status === 'failed')
    throw new NetSentinelError(
      'SEGMENTS_NOT_APPLIED',
      'user',
      `${status}: ${detail
        .split('\n')
        .map((line) => safe(line, 512))
        .join('; ')}`,
      {
        hint: 'What was in force before still is; `segments diff` shows what would change.',
      },
    );
  if (json === true) return printJson(change);
  const what = change.segments.join(', ') || 'no segments';
  if (status === 'simulated')
    return print(`simulated: ${what}; no responder with switches enforces (\`segments diff\`)`);
  print(`change ${id} applied: ${what}`);
  return print(
    `  netsentinel segments rollback   takes it back, to ${change.before === 0 ? 'none' : `change ${change.before}`}`,
  );
}
