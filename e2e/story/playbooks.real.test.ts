/**
 * A playbook in the running product: a real ssh session begins its run, which notes it in the incident, tells people and asks a person; the platform dies in between; the
 * answer on the command line lets it block, really. Nothing is told or done twice, and the audit has every step.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlaybookRun } from '@netsentinel/contracts/playbook-run';
import type { StateReader } from '@netsentinel/contracts/state-store';
import { openSqliteStateReader } from '@netsentinel/store/state/sqlite/sqlite-state.store';
import { namespacesUnavailable } from '@netsentinel/testkit/netns';
import { openStage, PORT, ssh, type Login, type Stage } from './stage.ts';

const POLL = { timeout: 30_000, interval: 150 };
const HOOK_PORT = 9977;
const PLAYBOOK = `
id: guest
version: 3
title: Whoever runs something is shown the door
when:
    ran: { sessions.protocol: ssh, counts.commands|gte: 1, addresses|cidr: 198.18.0.0/15 }
    condition: ran
steps:
    - note: Seen by a playbook.
    - notify: { to: [hook], text: "Somebody ran something. {{title}} $(id)" }
    - id: ask
      approve: { question: Cut them off? }
    - id: hold
      block: { for: 10m }
    - note: Held by a playbook.
`;
/** Writes each message that it gets as a line. */
const RECEIVER = `
const { appendFileSync } = require('node:fs');
require('node:http').createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => (body += chunk)).on('end', () => {
    appendFileSync(process.argv[1], body + '\\n');
    response.writeHead(204).end();
  });
}).listen(${HOOK_PORT}, '127.0.0.1', () => console.log('ready'));
setTimeout(() => process.exit(), 120000);
`;

describe.skipIf(namespacesUnavailable() !== undefined)('a playbook in the running product', () => {
  let stage: Stage;
  let attacker: string;
  let login: Login;
  let receiver: ChildProcess;
  let posted: string;

  beforeAll(async () => {
    stage = openStage();
    attacker = stage.network.attacker4;
    login = { host: stage.network.defender4, password: 'letmein' };
    posted = join(stage.attackerFolder, 'posted.jsonl');
    writeFileSync(join(stage.attackerFolder, 'guest.yml'), PLAYBOOK);
    const [program = '', ...prefix] = stage.network.inDefender;
    receiver = spawn(program, [...prefix, process.execPath, '-e', RECEIVER, posted], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(receiver.stdout!, 'data');
    await stage.start({
      decoys: [{ id: 'ssh-1', type: 'ssh', port: PORT, options: { credentials: { any: true } } }],
      enforcer: { mode: 'enforce' },
      // Only the playbook blocks here.
      response: { blockFrom: 101, blockOn: [] },
      playbooks: { mode: 'run', files: [join(stage.attackerFolder, 'guest.yml')], shipped: 'off' },
      alert: {
        notifiers: [
          {
            id: 'hook',
            type: 'webhook',
            options: { url: `http://127.0.0.1:${HOOK_PORT}/`, secret: { env: 'HOME' }, allowPrivate: true },
          },
        ],
        routes: [{ id: 'none', minSeverity: 'critical', networks: ['192.0.2.0/24'], to: ['hook'] }],
      },
    });
  });
  afterAll(async () => {
    receiver?.kill();
    await stage.close();
  });

  /** Straight from the store: the command line takes seconds where the machine is busy. */
  const reading = async <T>(work: (state: StateReader) => Promise<T>): Promise<T> => {
    const state = await openSqliteStateReader(join(stage.product.folder, 'data', 'platform', 'state.db'));
    try {
      return await work(state);
    } finally {
      await state.close();
    }
  };
  const runs = (): Promise<readonly PlaybookRun[]> => reading((state) => state.playbookRuns());
  const notes = (): Promise<string[]> =>
    reading(async (state) => {
      const [one, ...others] = (await state.incidents()).incidents;
      expect(others).toEqual([]);
      const { timeline } = (await state.incident(one!.id))!;
      return timeline.filter(({ kind }) => kind === 'playbook').map(({ title }) => title);
    });
  const messages = (): string[] => (existsSync(posted) ? readFileSync(posted, 'utf8').trim().split('\n') : []);
  const asks = async (): Promise<boolean> => (await runs())[0]?.steps[2]?.status === 'running';

  it('notes, tells and asks when a real session does what it waits for', async () => {
    expect((await stage.attack(ssh(login, 'uname -a'))).code).toBe(0);
    await expect.poll(asks, POLL).toBe(true);
    expect(await notes()).toEqual([
      'Seen by a playbook.',
      expect.stringMatching(/^Cut them off\?; netsentinel playbook approve run-/),
    ]);
    expect(messages()).toHaveLength(1);
    expect(messages()[0]).toContain('Somebody ran something. {{title}} $(id)');
    expect(await reading((state) => state.actions())).toEqual([]);
  });

  it('goes on after kill -9 where it was, and blocks once a person says so', async () => {
    process.kill(stage.product.pids()['platform']!, 'SIGKILL');
    const [run] = await runs();
    await expect
      .poll(async () => (await stage.cli('playbook', 'approve', run!.id.slice(0, 9), '--reason', 'a drill')).code, POLL)
      .toBe(0);
    await expect.poll(async () => (await runs())[0]?.status, POLL).toBe('done');
    expect(await notes()).toHaveLength(3);
    expect((await notes()).at(-1)).toBe('Held by a playbook.');
    expect(await stage.blocks()).toMatchObject([
      { target: attacker, reason: expect.stringContaining('playbook guest') as string },
    ]);
    expect((await stage.attack(ssh(login, 'id'), { timeoutMs: 3000 })).code).not.toBe(0);
    expect(messages()).toHaveLength(1);
    expect(await runs()).toHaveLength(1);
  });

  it('has every step in the audit, and says what it would have done', async () => {
    const folder = join(stage.product.folder, 'data', 'enforcer', 'audit');
    const lines = (): string[] =>
      readdirSync(folder)
        .flatMap((name) => readFileSync(join(folder, name), 'utf8').trim().split('\n'))
        .map((line) => JSON.parse(line) as Record<string, string>)
        .filter(({ kind }) => kind === 'playbook')
        .map(({ step, what, outcome, by }) => [step, what, outcome, by].filter(Boolean).join(' '));
    await expect
      .poll(lines, POLL)
      .toEqual([
        'run started',
        '1 note done',
        '2 notify done',
        'ask approve asked',
        expect.stringMatching(/^ask approve done cli:/),
        'hold block asked',
        'hold block done',
        '5 note done',
        'run done',
      ]);
    const [audit, past] = await Promise.all([
      stage.cli('audit', 'verify'),
      stage.cli('playbook', 'test', 'guest', '--since', '1h'),
    ]);
    expect(audit).toMatchObject({ code: 0 });
    expect(past.stdout).toContain(`hold: would ask for a block of ${attacker} for 10m`);
    expect(past.stdout).toContain('1 of 1 incidents');
  });
});
