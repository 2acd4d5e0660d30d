/** `notify`: who is told of incidents; try it, acknowledge, silence, and send again what could not be sent. */
import type { Command } from 'commander';
import type { NotifierStatus } from '@netsentinel/alert/routing/alerting';
import type { Silence } from '@netsentinel/contracts/alert-book';
import type { SendOutcome } from '@netsentinel/contracts/notifier';
import type { StateReader } from '@netsentinel/contracts/state-store';
import { isNetSentinelError, NetSentinelError } from '@netsentinel/kernel/errors';
import type { NotifyOrder } from '../platform/notify-orders.ts';
import { readDuration } from './duration.ts';
import { EXIT, paint, print, printJson, safe, table, when } from './output.ts';
import { needNetworks } from './read-options.ts';
import { reading } from './reading-state.ts';
import { settings } from './settings.ts';
import { whoami } from './whoami.ts';

const MAX_SILENCE_MS = 366 * 86_400_000;

interface Json {
  readonly json?: boolean;
}

export function addNotify(program: Command): void {
  const notify = program.command('notify').description('who is told of incidents, and how that goes');
  notify
    .command('list')
    .description('the notifiers, what waits for them, and what they said last')
    .option('--json', 'print JSON: one notifier a line')
    .action(list);
  notify
    .command('test')
    .description('send a test message, and say what the other side answers')
    .argument('<name>', 'a notifier of the configuration')
    .option('--json', 'print JSON')
    .action(test);
  notify
    .command('ack')
    .description('say that you have an incident: nobody else is woken for it')
    .argument('<incident>', 'its id, or the beginning of it')
    .option('--json', 'print JSON')
    .action(acknowledge);
  notify
    .command('dead')
    .description('messages that could not be sent')
    .option('--resend [ids...]', 'send them again, all or these')
    .option('--json', 'print JSON: one message a line')
    .action(dead);
  addSilence(notify);
}

function addSilence(notify: Command): void {
  const silence = notify.command('silence').description('incidents that nobody is told of for a while');
  silence
    .command('add')
    .description('tell nobody of incidents that all of this fits')
    .option('--address <network>', 'from this address or network')
    .option('--rule <id>', 'of this rule alone')
    .option('--decoy <id>', 'at this decoy alone')
    .requiredOption('--for <time>', 'for how long: 30m, 2h, 7d')
    .requiredOption('--reason <text>', 'why, for whoever comes later')
    .option('--json', 'print JSON')
    .action(addOne);
  silence
    .command('list')
    .description('the silences in force')
    .option('--json', 'print JSON: one silence a line')
    .action(listSilences);
  silence
    .command('end')
    .description('end a silence before its time')
    .argument('<id>', 'the silence, or the beginning of its id')
    .action(endOne);
}

async function list({ json }: Json, command: Command): Promise<void> {
  const { loaded, folder } = settings(command);
  const running = (await ask(folder.platformSocket, { what: 'list' }).catch(notRunning)) as
    | readonly NotifierStatus[]
    | undefined;
  const all: readonly Partial<NotifierStatus>[] =
    running ?? loaded.config.alert.notifiers.map(({ id, type }) => ({ id, type }));
  if (json === true) return all.forEach(printJson);
  if (all.length === 0) return print('no notifiers; add one under alert.notifiers');
  table(
    ['name', 'type', 'sent', 'waiting', 'dead', 'last answer'],
    all.map(({ id = '', type = '', sent, waiting, dead: given, last }) => [
      safe(id, 64),
      type,
      String(sent ?? '–'),
      String(waiting ?? '–'),
      String(given ?? '–'),
      last === undefined ? '' : `${last.ok ? 'taken' : 'not taken'} ${when(last.at)}: ${safe(last.answer, 100)}`,
    ]),
  );
  if (running === undefined) print('NetSentinel is not running: these are configured');
}

/** Through the running platform, as an incident would go; from here where none runs. */
async function test(name: string, { json }: Json, command: Command): Promise<void> {
  const { folder } = settings(command);
  const order: NotifyOrder = { what: 'test', notifier: name };
  const outcome = ((await ask(folder.platformSocket, order).catch(notRunning)) ??
    (await testFromHere(name, command))) as SendOutcome;
  if (!outcome.ok) process.exitCode = EXIT.failed;
  if (json === true) return printJson(outcome);
  const verdict = outcome.ok ? paint('taken', 'green') : paint('not taken', 'red');
  print(`${verdict}: ${safe(outcome.answer, 300)}`);
  if (!outcome.ok && outcome.retry) print('an incident’s message would be tried again');
}

async function testFromHere(name: string, command: Command): Promise<SendOutcome> {
  const [{ createNotifiers }, { noNotifier, testMessage }, { planAlerts }, { systemClock }, { silentLogger }] =
    await Promise.all([
      import('@netsentinel/alert/routing/create-notifiers'),
      import('@netsentinel/alert/routing/alerting'),
      import('../config/alert-plan.ts'),
      import('@netsentinel/kernel/clock'),
      import('@netsentinel/kernel/log'),
    ]);
  const { loaded, configFile } = settings(command);
  const { notifiers: all } = loaded.config.alert;
  const wanted = all.filter(({ id }) => id === name);
  if (wanted.length === 0)
    throw noNotifier(
      name,
      all.map(({ id }) => id),
    );
  const only = planAlerts(loaded, configFile, [name]);
  const { notifiers } = await createNotifiers(only.notifiers, { clock: systemClock, log: silentLogger });
  return notifiers.get(name)!.notifier.send(testMessage(Date.now(), only.consoleUrl));
}

async function acknowledge(begin: string, { json }: Json, command: Command): Promise<void> {
  const { folder } = settings(command);
  const incident = await reading(command, (state) => findIncident(state, begin));
  const answer = (await ask(folder.platformSocket, { what: 'ack', incident, by: whoami() })) as { already: boolean };
  if (json === true) return printJson(answer);
  print(answer.already ? 'somebody has it already' : 'you have it; nobody else is woken for it');
}

async function dead({ resend, json }: Json & { resend?: true | string[] }, command: Command): Promise<void> {
  const { folder } = settings(command);
  if (resend !== undefined) {
    const order: NotifyOrder = { what: 'resend', ...(resend === true ? {} : { ids: resend }) };
    const answer = (await ask(folder.platformSocket, order)) as { resent: number };
    if (json === true) return printJson(answer);
    return print(`${answer.resent} are being sent again`);
  }
  const messages = await reading(command, (state) => state.deliveries({ status: 'dead', limit: 1000 }));
  if (json === true) return messages.forEach(printJson);
  if (messages.length === 0) return print('none: everything could be sent, or waits');
  table(
    ['id', 'notifier', 'made', 'tries', 'message', 'last answer'],
    messages.map(({ id, notifier, createdAt, attempts, notification, answer = '' }) => [
      id,
      safe(notifier, 64),
      when(createdAt),
      String(attempts),
      safe(notification.title, 60),
      safe(answer, 120),
    ]),
  );
  return print('\n`netsentinel notify dead --resend` sends them again');
}

async function addOne(
  options: Json & { address?: string; rule?: string; decoy?: string; for: string; reason: string },
  command: Command,
): Promise<void> {
  const { address, rule, decoy, reason, json } = options;
  if (address === undefined && rule === undefined && decoy === undefined)
    throw new NetSentinelError('USAGE_SILENCE', 'user', 'say what is to be silent: --address, --rule or --decoy');
  if (address !== undefined) needNetworks([address], '--address', '192.0.2.1 or 10.0.0.0/8');
  const until = Date.now() + readDuration(options.for, MAX_SILENCE_MS);
  const named = Object.fromEntries(Object.entries({ address, rule, decoy }).filter(([, value]) => value !== undefined));
  const order = { what: 'silence', silence: { ...named, reason, by: whoami(), until } } as NotifyOrder;
  const silence = (await ask(settings(command).folder.platformSocket, order)) as Silence;
  if (json === true) return printJson(silence);
  print(`silent until ${when(silence.until)}; \`netsentinel notify silence end ${silence.id.slice(0, 8)}\` ends that`);
}

async function listSilences({ json }: Json, command: Command): Promise<void> {
  const inForce = await silencesInForce(command);
  if (json === true) return inForce.forEach(printJson);
  if (inForce.length === 0) return print('no silences');
  table(
    ['id', 'address', 'rule', 'decoy', 'until', 'by', 'reason'],
    inForce.map(({ id, address = '', rule = '', decoy = '', until, by, reason }) => [
      id.slice(0, 8),
      safe(address, 49),
      safe(rule, 40),
      safe(decoy, 40),
      when(until),
      safe(by, 40),
      safe(reason, 80),
    ]),
  );
}

async function endOne(begin: string, _: object, command: Command): Promise<void> {
  const found = (await silencesInForce(command)).filter(({ id }) => id.startsWith(begin));
  if (found.length !== 1)
    throw new NetSentinelError(
      'SILENCE_NOT_FOUND',
      'user',
      found.length === 0 ? `no silence ${safe(begin)}` : `${found.length} silences begin with ${safe(begin)}`,
      { hint: '`netsentinel notify silence list` names them.' },
    );
  await ask(settings(command).folder.platformSocket, { what: 'end-silence', id: found[0]!.id, by: whoami() });
  print('ended');
}

async function silencesInForce(command: Command): Promise<readonly Silence[]> {
  const now = Date.now();
  const all = await reading(command, (state) => state.silences());
  return all.filter(({ until, ended }) => ended === undefined && until > now);
}

async function findIncident(state: StateReader, begin: string): Promise<string> {
  if ((await state.incident(begin)) !== undefined) return begin;
  const { incidents } = await state.incidents({ limit: 500 });
  const found = incidents.filter(({ id }) => id.startsWith(begin));
  if (found.length === 1) return found[0]!.id;
  throw new NetSentinelError(
    'INCIDENT_NOT_FOUND',
    'user',
    found.length > 1 ? `${found.length} incidents begin with ${safe(begin)}` : `no incident ${safe(begin)}`,
    { hint: '`netsentinel incidents` lists them.' },
  );
}

async function ask(socket: string, order: NotifyOrder): Promise<unknown> {
  const { askPlatform } = await import('../platform/control.ts');
  return askPlatform(socket, { ask: 'notify', order });
}

function notRunning(error: unknown): undefined {
  if (isNetSentinelError(error, 'NOT_RUNNING')) return undefined;
  throw error;
}
