/**
 * `response`: what is blocked and what would be, a person's word on what waits for it, and the way back. Speaks with the enforcer itself,
 * so it works when the platform is gone; only what a block would have cut off is asked of the platform.
 */
import { Argument, InvalidArgumentError, Option, type Command } from 'commander';
import { Measure, type EnforcedBlock } from '@netsentinel/contracts/action';
import type { BlastRadius, BlockPlan } from '@netsentinel/contracts/block-plan';
import { MEASURE_WORDS } from '@netsentinel/contracts/measure-words';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { addCaptures } from './captures.command.ts';
import { isDecided } from '../platform/is-decided.ts';
import { forOption, readDuration } from './duration.ts';
import { EXIT, paint, print, printJson, safe, span, table, warn, when } from './output.ts';
import { settings } from './settings.ts';
import { whoami } from './whoami.ts';

interface RevertOptions {
  readonly all?: boolean;
  readonly attacker?: string;
  readonly rule?: string;
  readonly incident?: string;
  readonly since?: number;
  readonly json?: boolean;
}

const MAX_PLAN_MS = 31_536_000_000;

export function addResponse(program: Command): void {
  const response = program.command('response').description('what is blocked, what would be, and how to take it back');
  response
    .command('plan')
    .description(
      'what a block would change where, whether it may be made, and what it would cut off besides; changes nothing',
    )
    .argument('<address>', 'an address, or a network in CIDR form')
    .addOption(forOption('how long the block would last', { usual: '1h', maxMs: MAX_PLAN_MS }))
    .addOption(
      new Option('--measure <measure>', 'what would be done about it').choices(Measure.options).default('block'),
    )
    .option('--json', 'print JSON')
    .action(async (target: string, options: { for: number; measure: Measure; json?: boolean }, command: Command) =>
      plan({ target, ttlMs: options.for, measure: options.measure }, options.json === true, command),
    );
  response
    .command('do')
    .description(
      'order it yourself: block a network, slow it down, have it end at decoys or at a tarpit, its traffic mirrored or its packets captured; isolate a host of yours',
    )
    .addArgument(new Argument('<measure>', 'what to do').choices(Measure.options))
    .argument('<address>', 'an address, or a network in CIDR form')
    .addOption(forOption('until it ends by itself', { usual: '1h', maxMs: MAX_PLAN_MS }))
    .option('--reason <text>', 'why, for the audit', '')
    .option('--json', 'print JSON')
    .action(
      async (
        measure: Measure,
        target: string,
        options: { for: number; reason: string; json?: boolean },
        command: Command,
      ) => order({ measure, target, ttlMs: options.for }, options.reason, options.json === true, command),
    );
  response
    .command('list')
    .description('the blocks and other measures in force, and those that wait for approval')
    .option('--json', 'print JSON: one responder’s part in a block a line')
    .action(async (options: { json?: boolean }, command: Command) => {
      const { folder } = settings(command);
      const { callEnforcer } = await import('@netsentinel/enforcer/control');
      const parts = await callEnforcer(folder.enforcerSocket, { command: 'list' });
      if (options.json === true) return parts.forEach(printJson);
      return list(parts);
    });
  addCaptures(response);
  for (const word of ['approve', 'deny'] as const)
    response
      .command(word)
      .description(
        word === 'approve'
          ? 'let a block be made that waits for a person: your name goes into the audit'
          : 'have a block not be made that waits for a person',
      )
      .argument('<id>', 'the block')
      .option('--reason <text>', 'why, for the audit', '')
      .option('--json', 'print JSON')
      .action(async (id: string, options: { reason: string; json?: boolean }, command: Command) => {
        const { folder } = settings(command);
        const { callEnforcer } = await import('@netsentinel/enforcer/control');
        const reason = options.reason.slice(0, 512);
        const reply = await callEnforcer(folder.enforcerSocket, { command: word, id, by: whoami(), reason });
        if (!isDecided(word, reply))
          throw new NetSentinelError('RESPONSE_NOT_DECIDED', 'user', reply.detail ?? `it is ${reply.status}`, {
            hint: '`netsentinel response list` names what waits for approval.',
          });
        if (options.json === true) return printJson(reply);
        print(`${safe(id, 64)} ${word === 'approve' ? `approved: ${reply.status}` : 'denied'}`);
        if (reply.status === 'failed')
          print(`  ${safe(reply.detail ?? '', 400)}\n  a responder that was down makes it once it is back`);
        return undefined;
      });
  response
    .command('revert')
    .description('take back one block, all of an attacker or a rule, all since a time, or all there are')
    .argument('[id]', 'the block')
    .option('--attacker <address>', 'blocks of this attacker')
    .option('--rule <id>', 'blocks that this detection led to')
    .option('--incident <id>', 'blocks that answer this incident')
    .option('--since <time>', 'blocks made since: 30m, 12h, 7d ago, or a date and time', since)
    .option('--all', 'every block in force')
    .option('--json', 'print JSON')
    .action(async (id: string | undefined, options: RevertOptions, command: Command) => revert(id, options, command));
}

interface Asked {
  readonly measure: Measure;
  readonly target: string;
  readonly ttlMs: number;
}

async function order(asked: Asked, reason: string, json: boolean, command: Command): Promise<void> {
  const { folder } = settings(command);
  const { callEnforcer } = await import('@netsentinel/enforcer/control');
  const request = { command: 'do', ...asked, by: whoami(), reason: reason.slice(0, 512) } as const;
  const reply = await callEnforcer(folder.enforcerSocket, request);
  if (reply.status === 'refused' || reply.status === 'failed')
    throw new NetSentinelError('RESPONSE_NOT_DONE', 'user', reply.detail ?? `it is ${reply.status}`, {
      hint: '`netsentinel response plan` says what each responder would do, and why not.',
    });
  if (json) return printJson(reply);
  print(`${asked.measure} ${safe(asked.target, 64)} for ${span(asked.ttlMs)}: ${reply.status}`);
  if (reply.detail !== undefined) print(`  ${safe(reply.detail, 400)}`);
  const next = reply.status === 'awaiting-approval' ? 'approve' : 'revert';
  return print(`  netsentinel response ${next} ${safe(reply.id, 64)}`);
}

async function plan({ target, ttlMs, measure }: Asked, json: boolean, command: Command): Promise<void> {
  const { folder } = settings(command);
  const [{ callEnforcer }, { askPlatform }] = await Promise.all([
    import('@netsentinel/enforcer/control'),
    import('../platform/control.ts'),
  ]);
  const radius = (await askPlatform(folder.platformSocket, { ask: 'blast-radius', target }).catch(() => undefined)) as
    | BlastRadius
    | null
    | undefined;
  const traffic =
    radius === undefined || radius === null || radius.events === 0
      ? undefined
      : { events: radius.events, share: radius.events / Math.max(1, radius.ofAll), days: radius.onDays };
  const planned = await callEnforcer(folder.enforcerSocket, {
    command: 'plan',
    target,
    ttlMs,
    measure,
    ...(traffic === undefined ? {} : { traffic }),
  });
  if (json) {
    if (planned.refused !== undefined) process.exitCode = EXIT.failed;
    return printJson({ ...planned, blastRadius: radius ?? null });
  }
  if (planned.refused !== undefined) throw wouldBeRefused(planned, planned.refused);
  print(`${measure} ${paint(safe(planned.target, 64), 'bold')} for ${span(ttlMs)}`);
  for (const why of planned.ask) print(`  a person is asked: ${safe(why, 400)}`);
  for (const one of planned.responders) {
    if (one.refuses !== undefined) {
      print(`  ${one.responder} takes no part: ${safe(one.refuses, 400)}`);
      continue;
    }
    const what = one.holds
      ? 'in force already'
      : one.available || one.mode === 'simulate'
        ? one.mode
        : `${one.mode}, unavailable now`;
    print(`  ${one.responder} (${what})`);
    for (const line of one.block) print(`    + ${safe(line, 512)}`);
    for (const line of one.unblock) print(`    - ${safe(line, 512)}   at its end`);
  }
  const [hit, have] = MEASURE_WORDS[measure].contains ? ['cut off', 'cut off'] : ['meet', 'met'];
  if (radius === undefined) return warn(`  what it would ${hit} besides is not known: the platform does not answer`);
  if (radius === null || radius.events === 0)
    return print(`  nothing usual came from there in the recorded days: it would ${hit} nobody else`);
  const share = ((radius.events / Math.max(1, radius.ofAll)) * 100).toFixed(1);
  print(
    `  would have ${have} ${radius.events} usual events in ${radius.days} days (${share} % of all${radius.lastSeen === undefined ? '' : `, the last ${when(radius.lastSeen)}`})`,
  );
  for (const [what, names] of [
    ['accounts', radius.accounts],
    ['services', radius.services],
    ['addresses', radius.addresses],
  ] as const)
    if (names.length > 0)
      print(`    ${what}: ${names.map(({ name, events }) => `${safe(name, 64)} (${events})`).join(', ')}`);
  return undefined;
}

/** The reason names each responder that cannot, so nothing besides is said of them. */
function wouldBeRefused({ responders }: BlockPlan, reason: string): NetSentinelError {
  const able = responders.filter(({ mode, refuses }) => mode !== 'off' && refuses === undefined);
  const isBeyondAll = able.length === 0 && responders.some(({ mode }) => mode !== 'off');
  return new NetSentinelError('RESPONSE_WOULD_BE_REFUSED', 'user', reason, {
    hint: isBeyondAll
      ? 'Configure a responder for it below `enforcer.responders`, or name another --measure.'
      : 'Modes, limits and protected addresses are below `enforcer` in netsentinel.yaml.',
  });
}

function list(parts: readonly EnforcedBlock[]): void {
  if (parts.length === 0) return print('nothing is in force');
  const several = new Set(parts.map(({ responder }) => responder)).size > 1;
  table(
    ['id', 'measure', 'target', ...(several ? ['responder'] : []), 'status', 'mode', 'ends in', 'reason'],
    parts.map((b) => [
      safe(b.id, 64),
      b.measure,
      safe(b.target, 64),
      ...(several ? [safe(b.responder, 64)] : []),
      b.status,
      b.mode,
      span(b.expiresAt - Date.now()),
      safe(b.status === 'awaiting-approval' || b.status === 'failed' ? `${b.detail} – ${b.reason}` : b.reason, 80),
    ]),
  );
  const waiting = new Set(parts.filter(({ status }) => status === 'awaiting-approval').map(({ id }) => id)).size;
  if (waiting > 0) print(`\n${waiting} wait for you: netsentinel response approve ID, or deny ID`);
}

async function revert(id: string | undefined, options: RevertOptions, command: Command): Promise<void> {
  const { folder } = settings(command);
  const { all, attacker, rule, incident, since: from } = options;
  const described = [attacker, rule, incident, from].some((one) => one !== undefined);
  if ([id !== undefined, all === true, described].filter(Boolean).length !== 1)
    throw new NetSentinelError('USAGE_REVERT', 'user', 'name one block, describe some, or say --all', {
      hint: '`netsentinel response list` names them; --attacker, --rule, --incident and --since describe them.',
    });
  const { callEnforcer } = await import('@netsentinel/enforcer/control');
  const by = whoami();
  if (id !== undefined) {
    const reply = await callEnforcer(folder.enforcerSocket, { command: 'revert', id, by });
    if (reply.status !== 'reverted')
      throw new NetSentinelError('BLOCK_NOT_FOUND', 'user', reply.detail ?? `it is ${reply.status}`, {
        hint: '`netsentinel response list` names what is in force.',
      });
    if (options.json === true) return printJson(reply);
    return print(`${reply.id} taken back`);
  }
  const { reverted } =
    all === true
      ? await callEnforcer(folder.enforcerSocket, { command: 'revertAll', by })
      : await callEnforcer(folder.enforcerSocket, {
          command: 'revertWhere',
          by,
          ...(attacker === undefined ? {} : { actor: attacker }),
          ...(rule === undefined ? {} : { rule }),
          ...(incident === undefined ? {} : { incident }),
          ...(from === undefined ? {} : { since: from }),
        });
  if (options.json === true) return printJson({ reverted });
  return print(`${reverted} taken back`);
}

function since(text: string): number {
  if (/^\d{1,6}[smhd]$/.test(text)) return Date.now() - readDuration(text, MAX_PLAN_MS);
  const at = Date.parse(text);
  if (Number.isNaN(at))
    throw new InvalidArgumentError('write 30m, 12h, 7d, or a date and time such as 2026-03-01T12:00');
  return at;
}
