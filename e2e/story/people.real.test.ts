/**
 * People behind the running product: a real ssh session leads to a block that waits, which a program of theirs reads, approves and takes back by REST, in the real firewall;
 * a measure of their own; a playbook that asks; and the end of their work, after which the attacker's next move is another incident.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namespacesUnavailable } from '@netsentinel/testkit/netns';
import { openStage, PORT, ssh, type Login, type Stage } from './stage.ts';

const POLL = { timeout: 30_000, interval: 150 };
const PLAYBOOK = `
id: guest
version: 1
title: Ask about whoever runs something
when:
    ran: { counts.commands|gte: 1 }
    condition: ran
steps:
    - id: ask
      approve: { question: Is it one of ours? }
    - note: It is one of ours.
`;

interface Answer<T> {
  readonly status: number;
  readonly body: T;
  readonly etag: string | undefined;
}
interface Listed {
  readonly id: string;
  readonly incident: string;
  readonly status: string;
  readonly target: string;
  readonly asks: readonly unknown[];
}

describe.skipIf(namespacesUnavailable() !== undefined)('people and the running product', () => {
  let stage: Stage;
  let attacker: string;
  let login: Login;
  let origin: string;
  let secret: string;

  /** Debian's curl on the defended machine; what it prints. */
  const curl = async (method: string, path: string, body: unknown, ...options: readonly string[]): Promise<string> => {
    const json = body === undefined ? [] : ['-H', 'Content-Type: application/json', '-d', JSON.stringify(body)];
    const command = ['curl', '-sS', '-X', method, ...json, ...options, `${origin}${path}`];
    return (await stage.attack(command, { from: 'defender' })).stdout;
  };

  /** As a program with its token. */
  async function ask<T = Readonly<Record<string, unknown>>>(
    method: string,
    path: string,
    body?: unknown,
    ...more: readonly string[]
  ): Promise<Answer<T>> {
    const headers = [`Authorization: Bearer ${secret}`, ...more].flatMap((header) => ['-H', header]);
    const said = await curl(method, path, body, '-w', '\n%{http_code} %header{etag}', ...headers);
    const lines = said.split('\n');
    const [status, etag] = lines.at(-1)!.split(' ');
    return { status: Number(status), body: JSON.parse(lines.slice(0, -1).join('\n')) as T, etag };
  }

  /** Lines of the audit: kind, and who. */
  const audited = (): string[] => {
    const folder = join(stage.product.folder, 'data', 'enforcer', 'audit');
    return readdirSync(folder)
      .flatMap((name) => readFileSync(join(folder, name), 'utf8').trim().split('\n'))
      .map((line) => JSON.parse(line) as Record<string, string>)
      .map(({ kind, by }) => [kind, by].filter(Boolean).join(' '));
  };
  const actions = async (): Promise<readonly Listed[]> =>
    (await ask<{ actions: readonly Listed[] }>('GET', '/api/v1/actions')).body.actions;
  const runs = async (): Promise<readonly Listed[]> =>
    (await ask<{ runs: readonly Listed[] }>('GET', '/api/v1/playbooks/runs')).body.runs;

  beforeAll(async () => {
    stage = openStage();
    attacker = stage.network.attacker4;
    login = { host: stage.network.defender4, password: 'letmein' };
    writeFileSync(join(stage.attackerFolder, 'guest.yml'), PLAYBOOK);
    await stage.start({
      decoys: [{ id: 'ssh-1', type: 'ssh', port: PORT, options: { credentials: { any: true } } }],
      enforcer: { mode: 'approve' },
      playbooks: { mode: 'run', files: [join(stage.attackerFolder, 'guest.yml')], shipped: 'off' },
    });
    const { consoleUrl } = stage.product;
    ({ origin } = new URL(consoleUrl));
    const account = { token: new URL(consoleUrl).hash.slice(1), name: 'ada', password: 'correct horse battery' };
    const cookies = join(stage.attackerFolder, 'cookies');
    await curl('POST', '/api/v1/setup', account, '-H', `Origin: ${origin}`, '-c', cookies);
    const token = { name: 'a program', role: 'analyst' };
    const made = await curl('POST', '/api/v1/tokens', token, '-H', `Origin: ${origin}`, '-b', cookies);
    ({ secret } = JSON.parse(made) as { secret: string });
  });
  afterAll(() => stage.close());

  it('approve what waits, once its plan was read, and take it back', async () => {
    await stage.attack(ssh(login, 'uname -a'));
    await expect.poll(async () => (await actions())[0]?.status, POLL).toBe('awaiting-approval');
    expect((await stage.blocks())[0]?.status).toBe('awaiting-approval');
    const [action] = await actions();
    const { status, body } = await ask('POST', '/api/v1/actions/plan', { target: attacker });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      plan: { target: attacker, responders: [{ responder: 'nftables', mode: 'approve', asks: true }] },
      blastRadius: { target: attacker },
    });
    expect(JSON.stringify(body)).toContain('nft add element');

    expect(await ask('POST', `/api/v1/actions/${action!.id}/approve`, { reason: 'a bot' })).toMatchObject({
      status: 200,
    });
    await expect.poll(async () => (await actions())[0]?.status, POLL).toBe('verified');
    expect((await stage.attack(ssh(login, 'id'), { timeoutMs: 3000 })).code).not.toBe(0);
    // Too late, and the block is no less in force for it.
    expect((await ask('POST', `/api/v1/actions/${action!.id}/deny`, {})).status).toBe(409);
    expect((await stage.blocks())[0]?.status).toBe('verified');
    expect((await actions())[0]?.status).toBe('verified');
    expect(audited()).toContain('approved token:ada');

    expect((await ask('POST', `/api/v1/actions/${action!.id}/revert`, {})).status).toBe(200);
    await expect.poll(async () => (await actions())[0]?.status, POLL).toBe('reverted');
    expect(await stage.blocks()).toEqual([]);
  });

  it('order a measure once, refuse it, and are told what may not be', async () => {
    const order = { target: '198.51.100.9', ttlMs: 60_000, reason: 'a drill' };
    const key = 'Idempotency-Key: 0c6a3f4e-51a8-4f2a-9a43-1f9f3f0c7c11';
    const first = await ask('POST', '/api/v1/actions', order, key);
    expect(first).toMatchObject({ status: 201, body: { status: 'awaiting-approval', by: 'token:ada', incident: '' } });
    expect(await ask('POST', '/api/v1/actions', order, key)).toEqual(first);
    expect((await stage.blocks()).map(({ target }) => target)).toEqual(['198.51.100.9']);
    const denied = await ask('POST', `/api/v1/actions/${String(first.body['id'])}/deny`, { reason: 'a customer' });
    expect(denied).toMatchObject({ status: 200, body: { detail: 'token:ada denied it: a customer' } });
    expect(await stage.blocks()).toEqual([]);
    const own = await ask('POST', '/api/v1/actions', { ...order, target: stage.network.defender4 });
    expect(own).toMatchObject({ status: 409, body: { detail: expect.stringContaining('protected') as string } });
  });

  it('answer a playbook, and end their work: the next move is another incident', async () => {
    await expect.poll(async () => (await runs())[0]?.asks.length, POLL).toBe(1);
    const [run] = await runs();
    const answer = await ask('POST', `/api/v1/playbooks/runs/${run!.id}/answer`, { word: 'approve', reason: 'ours' });
    expect(answer.status).toBe(200);
    await expect.poll(async () => (await runs())[0]?.status, POLL).toBe('done');
    await expect.poll(audited, POLL).toContain('playbook token:ada');

    const work = `/api/v1/incidents/${run!.incident}/work`;
    const { etag } = await ask('GET', work);
    expect((await ask('PATCH', work, { assignee: 'ada', status: 'in-work' }, `If-Match: ${etag}`)).status).toBe(200);
    expect((await ask('PATCH', work, { status: 'closed', reason: 'x' }, `If-Match: ${etag}`)).status).toBe(412);
    const note = await ask('POST', `/api/v1/incidents/${run!.incident}/notes`, { text: 'our own drill' });
    expect(note.status).toBe(201);
    const closed = await ask('PATCH', work, { status: 'closed', reason: 'a drill' }, 'If-Match: *');
    expect(closed).toMatchObject({ status: 200, body: { status: 'closed', assignee: 'ada' } });
    expect((await ask('GET', `/api/v1/incidents/${run!.incident}`)).body['status']).toBe('closed');
    await stage.attack(ssh(login, 'id'));
    await expect.poll(async () => (await stage.incidentsOf(attacker)).length, POLL).toBe(2);
    expect((await ask('GET', work)).body).toMatchObject({ version: 4, status: 'closed' });
  });
});
