/**
 * A playbook in the running product: a real ssh session begins its run, which notes it in the incident, tells people and asks a person; the platform dies in between; the
 * answer on the command line lets it block, really. Nothing is told or done twice, and the audit has every step. Another one has a scanner end at a decoy.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlaybookRun } from '@netsentinel/contracts/playbook-run';
import type { StateReader } from '@netsentinel/contracts/state-store';
import { readKeyring } from '@netsentinel/kernel/keyring-files';
import { openSqliteStateReader } from '@netsentinel/store/state/sqlite/sqlite-state.store';
import { namespacesUnavailable } from '@netsentinel/testkit/netns';
import { openStage, PORT, ssh, type Login, type Stage } from './stage.ts';

const POLL = { timeout: 30_000, interval: 150 };
const isAble = namespacesUnavailable() === undefined && spawnSync('nmap', ['--version']).status === 0;
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

/** Straight from the store: the command line takes seconds where the machine is busy. */
async function reading<T>({ product }: Stage, work: (state: StateReader) => Promise<T>): Promise<T> {
  const directory = join(product.folder, 'data', 'platform');
  const state = await openSqliteStateReader(join(directory, 'state.db'), () => readKeyring({ directory }));
  try {
    return await work(state);
  } finally {
    await state.close();
  }
}

/** Playbooks' lines in the audit: `hold block done`. */
function audited({ product }: Stage): string[] {
  const folder = join(product.folder, 'data', 'enforcer', 'audit');
  return readdirSync(folder)
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').trim().split('\n'))
    .map((line) => JSON.parse(line) as Record<string, string>)
    .filter(({ kind }) => kind === 'playbook')
    .map(({ step, what, outcome, by }) => [step, what, outcome, by].filter(Boolean).join(' '));
}

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

  const runs = (): Promise<readonly PlaybookRun[]> => reading(stage, (state) => state.playbookRuns());
  const notes = (): Promise<string[]> =>
    reading(stage, async (state) => {
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
    expect(await reading(stage, (state) => state.actions())).toEqual([]);
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
    await expect
      .poll(() => audited(stage), POLL)
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

const SERVICE_PORT = 7022;
/** Greets whoever connects. */
const SERVICE = `
require('node:net').createServer((socket) => socket.on('error', () => {}).end('a real service'))
  .listen(${SERVICE_PORT}, '0.0.0.0', () => console.log('ready'));
setTimeout(() => process.exit(), 300000);
`;
/** Connects to an address and a port, and prints the first that it hears. */
const LISTEN = `
const socket = require('node:net').connect(process.argv[2], process.argv[1]);
socket.setTimeout(2000, () => process.exit(1)).on('error', () => process.exit(1));
socket.once('data', (bytes) => { console.log(bytes.toString()); process.exit(); });
`;

describe.skipIf(!isAble)('whoever scanned the machine', () => {
  let stage: Stage;
  let attacker: string;
  let service: ChildProcess;
  const login = (password: string): Login => ({ host: stage.network.defender4, password });
  /** What answers at the real service's port. */
  const greeting = async (): Promise<string> => {
    const command = [process.execPath, '-e', LISTEN, stage.network.defender4, String(SERVICE_PORT)];
    return (await stage.attack(command)).stdout.trim();
  };
  const measures = async (): Promise<string[]> =>
    (await stage.blocks()).map(({ measure, target, status }) => `${measure} ${target} ${status}`);

  beforeAll(async () => {
    stage = openStage();
    attacker = stage.network.attacker4;
    const [program = '', ...prefix] = stage.network.inDefender;
    service = spawn(program, [...prefix, process.execPath, '-e', SERVICE], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(service.stdout!, 'data');
    const credentials = { accept: [{ user: 'root', password: 'letmein' }], anyAfterTries: false, weakPairs: false };
    await stage.start({
      decoys: [{ id: 'ssh-1', type: 'ssh', port: PORT, options: { credentials } }],
      enforcer: { mode: 'enforce', responders: { nftables: { redirect: { tcp: { [SERVICE_PORT]: PORT } } } } },
      playbooks: { mode: 'run', shipped: 'off', modes: { 'watch-scanner': 'run' } },
    });
  });
  afterAll(async () => {
    service?.kill();
    await stage.close();
  });

  it('ends at a decoy where the service was', async () => {
    expect(await greeting()).toBe('a real service');
    await stage.attack(['nmap', '-n', '-Pn', '-sT', '-p', '1000-1099', stage.network.defender4]);
    expect(await stage.blocks()).toEqual([]);
    // An address is proven by a whole connection.
    await stage.attack(ssh(login('wrong'), 'id'));
    await expect.poll(measures, POLL).toEqual([`redirect ${attacker} verified`]);
    expect(await greeting()).toMatch(/^SSH-2\.0-/);
    await expect
      .poll(() => audited(stage), POLL)
      .toEqual(['run started', 'watch redirect asked', 'watch redirect done', '2 note done', 'run done']);
  });

  it('is watched when they log in there, though the platform blocks such logins otherwise', async () => {
    const command = ssh(login('letmein'), 'uname -s').map((word) => (word === String(PORT) ? `${SERVICE_PORT}` : word));
    expect(await stage.attack(command)).toMatchObject({ code: 0, stdout: 'Linux\n' });
    await expect.poll(async () => (await stage.incidentOf(attacker)).counts.commands, POLL).toBeGreaterThan(0);
    expect(await reading(stage, (state) => state.actions())).toMatchObject([
      { measure: 'redirect', status: 'verified' },
    ]);
    const { timeline, inside, status, detections } = await stage.incidentOf(attacker);
    expect({ inside, status }).toEqual({ inside: 'decoy', status: 'open' });
    expect(detections.map(({ rule }) => rule)).toContain('decoy-login-success');
    expect(timeline.filter(({ kind }) => kind === 'action').map(({ title }) => title)).toEqual([
      expect.stringMatching(`^Decided to redirect ${attacker} to a decoy until `),
      expect.stringMatching(`^Redirected ${attacker} to a decoy until `),
      `Redirect of ${attacker} verified`,
    ]);
  });

  it('is cut off where a person orders the stronger, and watched again where that is taken back', async () => {
    const { stdout } = await stage.cli('response', 'do', 'block', attacker, '--json');
    await expect.poll(greeting, POLL).toBe('');
    expect((await stage.cli('response', 'revert', (JSON.parse(stdout) as { id: string }).id)).code).toBe(0);
    await expect.poll(greeting, POLL).toMatch(/^SSH-2\.0-/);
  });
});
