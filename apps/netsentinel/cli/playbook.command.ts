/** `playbook`: what is done about incidents step by step; check, try on the past, see the runs, and a person's word on those that ask. */
import type { Command } from 'commander';
import { groupsOf, nameOfKind } from '@netsentinel/contracts/playbook-steps';
import type { PlaybookRun } from '@netsentinel/contracts/playbook-run';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { PlaybookOrder } from '../platform/playbook-orders.ts';
import { readDuration } from './duration.ts';
import { EXIT, paint, print, printJson, safe, table, warn, when } from './output.ts';
import { reading } from './reading-state.ts';
import { settings } from './settings.ts';
import { whoami } from './whoami.ts';

const MAX_SINCE_MS = 3650 * 86_400_000;

interface Json {
  readonly json?: boolean;
}

export function addPlaybook(program: Command): void {
  const playbook = program.command('playbook').description('what is done about incidents, step by step');
  playbook
    .command('list')
    .description('the playbooks there are, and what each may do')
    .option('--json', 'print JSON: one playbook a line')
    .action(list);
  playbook
    .command('check')
    .description('check playbooks, and run the cases beside them (NAME.cases.yml)')
    .argument('<files...>', 'playbooks, or folders with playbooks in them')
    .option('--json', 'print JSON: one playbook a line')
    .action(check);
  playbook
    .command('test')
    .description(
      'say for each past incident whether and when a playbook would have run, and with which steps; changes nothing',
    )
    .argument('<file>', 'a playbook, or the id of one that is configured')
    .option('--since <time>', 'incidents of the last 30m, 12h, 7d', '7d')
    .option('--json', 'print JSON: one incident a line')
    .action(test);
  playbook
    .command('runs')
    .description('runs of playbooks, the newest first, and what each waits for')
    .option('--open', 'only those that are not over')
    .option('--limit <n>', 'how many', '30')
    .option('--json', 'print JSON: one run a line')
    .action(runs);
  for (const word of ['approve', 'deny'] as const)
    playbook
      .command(word)
      .description(
        word === 'approve'
          ? 'let a run go on that asks: your name goes into the audit'
          : 'answer no to a run that asks',
      )
      .argument('<run>', 'the run, or the beginning of its id')
      .option('--step <step>', 'which step, where several ask')
      .option('--reason <text>', 'why, for the audit', '')
      .option('--json', 'print JSON')
      .action(async (id: string, options: Json & { step?: string; reason: string }, command: Command) => {
        const { step, reason, json } = options;
        const order: PlaybookOrder = {
          what: 'answer',
          run: await findRun(id, command),
          word,
          by: whoami(),
          reason: reason.slice(0, 256),
          ...(step === undefined ? {} : { step }),
        };
        const run = await ask(order, command);
        if (json === true) return printJson(run);
        return print(`${run.id} ${word === 'approve' ? 'approved' : 'denied'}`);
      });
  playbook
    .command('cancel')
    .description('end a run where it is; what it did stays done, unless it is to be taken back')
    .argument('<run>', 'the run, or the beginning of its id')
    .option('--undo', 'take back what it did, the newest step first')
    .option('--json', 'print JSON')
    .action(async (id: string, { undo = false, json }: Json & { undo?: boolean }, command: Command) => {
      const run = await ask({ what: 'cancel', run: await findRun(id, command), by: whoami(), undo }, command);
      if (json === true) return printJson(run);
      return print(undo ? `${run.id} is being taken back` : `${run.id} cancelled`);
    });
}

async function list({ json }: Json, command: Command): Promise<void> {
  const { loaded, configFile } = settings(command);
  const { configuredPlaybooks } = await import('../config/playbook-plan.ts');
  const all = configuredPlaybooks(loaded, configFile);
  if (json === true)
    return all.forEach(({ playbook: { id, version, title, once }, mode, path }) =>
      printJson({ id, version, title, once, mode, path }),
    );
  table(
    ['id', 'version', 'mode', 'steps', 'what'],
    all.map(({ playbook, mode }) => [
      playbook.id,
      String(playbook.version),
      paint(mode, mode === 'run' ? 'green' : 'dim'),
      groupsOf(playbook)
        .map((group) => group.map(({ step }) => nameOfKind(step)).join('+'))
        .join(' → '),
      safe(playbook.title, 100),
    ]),
  );
  if (loaded.config.playbooks.mode === 'off')
    print('\nnone may run: `playbooks: { mode: simulate }` in netsentinel.yaml lets them say what they would do');
}

async function check(files: string[], { json }: Json, command: Command): Promise<void> {
  const { loaded } = settings(command);
  const [{ playbookPaths, readPlaybook }, { runPlaybookCases }, { unknownNames }] = await Promise.all([
    import('../playbooks/playbook-files.ts'),
    import('../playbooks/playbook-cases.ts'),
    import('../config/playbook-plan.ts'),
  ]);
  const { alert, enforcer } = loaded.config;
  const known = {
    notifiers: alert.notifiers.map(({ id }) => id),
    responders: Object.keys(enforcer.responders ?? { nftables: {} }),
  };
  let bad = 0;
  for (const path of playbookPaths(files)) {
    const problems: string[] = [];
    let passed = 0;
    try {
      const one = readPlaybook(path);
      const result = runPlaybookCases(one);
      ({ passed } = result);
      problems.push(...result.failures);
      for (const name of unknownNames(one.playbook, known)) warn(`${safe(path, 300)}: ${safe(name, 200)} here`);
    } catch (error) {
      if (!(error instanceof NetSentinelError)) throw error;
      problems.push(error.message);
    }
    if (problems.length > 0) bad++;
    if (json === true) printJson({ path, ok: problems.length === 0, cases: passed, problems });
    else if (problems.length === 0) print(`${safe(path, 300)}: ${paint('good', 'green')}, ${passed} cases`);
    else for (const problem of problems) print(`${safe(path, 300)}: ${paint(safe(problem, 1000), 'red')}`);
  }
  if (bad > 0) process.exitCode = EXIT.failed;
}

async function test(file: string, { since, json }: Json & { since: string }, command: Command): Promise<void> {
  const { loaded, configFile } = settings(command);
  const from = Date.now() - readDuration(since, MAX_SINCE_MS);
  const [{ readPlaybook }, { configuredPlaybooks }, { dryRun }, { compilePolicy }] = await Promise.all([
    import('../playbooks/playbook-files.ts'),
    import('../config/playbook-plan.ts'),
    import('../playbooks/dry-run.ts'),
    import('@netsentinel/respond/engine'),
  ]);
  const named = /^[a-z0-9-]+$/.test(file)
    ? configuredPlaybooks(loaded, configFile).find(({ playbook }) => playbook.id === file)
    : undefined;
  const one = named ?? readPlaybook(file);
  const policy = compilePolicy(loaded.config.response, loaded.config.networks.ownScanners);
  const all = await reading(command, (state) => dryRun(one, state, { since: from, policy }));
  if (json === true) return all.forEach(printJson);
  const would = all.filter(({ at }) => at !== undefined);
  for (const { incident, actor, title, status, at, steps } of would) {
    print(`${when(at!)}  ${paint(safe(incident, 64), 'bold')}  ${safe(actor, 64)}  ${safe(title, 100)}`);
    if (status === 'benign') print(paint('  a person has said that this was no attack', 'yellow'));
    for (const { step, what } of steps) print(`  ${safe(step, 64)}: ${safe(what, 300)}`);
  }
  const benign = would.filter(({ status }) => status === 'benign').length;
  print(
    `${would.length} of ${all.length} incidents of the last ${safe(since, 8)}${benign === 0 ? '' : `, ${benign} of them no attacks`}`,
  );
}

async function runs({ open, limit, json }: Json & { open?: boolean; limit: string }, command: Command): Promise<void> {
  const n = Number(limit);
  if (!Number.isInteger(n) || n < 1 || n > 1000)
    throw new NetSentinelError('USAGE_LIMIT', 'user', '--limit takes a number from 1 to 1000');
  const read = await reading(command, (state) => state.playbookRuns({ limit: n, ...(open === true ? { open } : {}) }));
  // Those that only wait for the audit are over.
  const all = read.filter(({ status }) => open !== true || status === 'running' || status === 'compensating');
  if (json === true) return all.forEach(printJson);
  if (all.length === 0) return print('no playbook has run');
  table(
    ['run', 'began', 'playbook', 'status', 'incident', 'where it stands'],
    all.map((run) => [
      run.id,
      when(run.startedAt),
      `${run.playbook.id} v${run.playbook.version}`,
      run.mode === 'simulate' ? `${run.status} (simulated)` : run.status,
      safe(run.incident, 64),
      safe(standing(run), 120),
    ]),
  );
}

function standing(run: PlaybookRun): string {
  if (run.status === 'compensating') return `taking back: ${run.detail ?? ''}`;
  if (run.status !== 'running') return run.detail ?? '';
  const placed = groupsOf(run.playbook).flat();
  const at = run.steps.filter(({ status }) => status === 'running' || status === 'retrying');
  return at
    .map(({ path, detail, status }) => {
      const { step } = placed.find((one) => one.path === path)!;
      if (step.approve !== undefined) return `waits for you: ${step.approve.question}`;
      return `${step.id ?? path} ${nameOfKind(step)} ${detail ?? status}`;
    })
    .join('; ');
}

async function findRun(begin: string, command: Command): Promise<string> {
  const known = await reading(command, async (state) => {
    const exact = await state.playbookRun(begin);
    if (exact !== undefined) return [exact];
    return (await state.playbookRuns({ limit: 1000 })).filter(({ id }) => id.startsWith(begin));
  });
  if (known.length === 1) return known[0]!.id;
  throw new NetSentinelError(
    'PLAYBOOK_RUN_NOT_FOUND',
    'user',
    known.length > 1 ? `${known.length} runs begin with ${safe(begin)}` : `no run ${safe(begin)}`,
    { hint: '`netsentinel playbook runs` lists them.' },
  );
}

async function ask(order: PlaybookOrder, command: Command): Promise<PlaybookRun> {
  const { askPlatform } = await import('../platform/control.ts');
  return (await askPlatform(settings(command).folder.platformSocket, { ask: 'playbook', order })) as PlaybookRun;
}
