/** Enforcement points on other hosts, as their operators meet them: programs in namespaces of their own, real TLS, a real kernel. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { namespacesUnavailable } from '@netsentinel/testkit/netns';
import { SERVICES_PROGRAM, servicesReady, ServiceTalk } from '@netsentinel/testkit/service-talk';
import { writeCertificate } from '@netsentinel/testkit/certificate';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { OrderReply } from '@netsentinel/contracts/action';
import { PointsStage, type Program } from './points-stage.fixture.ts';

describe.skipIf(namespacesUnavailable('nft') !== undefined)('an enforcement point on another host', () => {
  let stage: PointsStage;
  let centre: Program;
  let point: Program;

  beforeAll(async () => {
    stage = new PointsStage();
    centre = await stage.centre();
    point = await stage.run('berlin', 'enforcer', 'join', await stage.token('berlin'));
    await connected();
  });
  afterAll(() => stage.destroy());

  const listed = () => stage.call({ command: 'points' });
  const connected = (): Promise<unknown> =>
    vi.waitUntil(async () => (await listed()).some((one) => one.connected && one.name === 'berlin'));
  const order = (target: string, ttlMs: number): Promise<OrderReply> =>
    stage.call({ command: 'do', measure: 'block', target, ttlMs });
  const block = async (target: string, ttlMs = 600_000): Promise<OrderReply> => {
    const reply = await order(target, ttlMs);
    expect(reply).toMatchObject({ status: expect.stringMatching(/applied|verified/) });
    return reply;
  };
  const revert = (id: string): Promise<OrderReply> => stage.call({ command: 'revert', id });
  const parts = async (): Promise<string[]> =>
    (await stage.call({ command: 'list' })).map((one) => `${one.target} ${one.responder} ${one.status}`).toSorted();
  const held = (): string[] => Object.keys(stage.blocked()).toSorted();

  it('is what it says, and keeps its key to itself', async () => {
    expect(await listed()).toMatchObject([{ name: 'berlin', connected: true, entries: 0, version: '0.1.0' }]);
    const file = join(stage.folderOf('berlin'), 'enforcer', 'point.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).not.toContain('secret');
  });

  it('carries a block by the time that its order is answered, and takes it back', async () => {
    const { id, parts: told } = await block('198.18.7.1');
    expect(told).toMatchObject([{ responder: 'point-berlin', status: expect.stringMatching(/applied|verified/) }]);
    const seconds = stage.blocked()['198.18.7.1'];
    expect(seconds).toBeGreaterThan(500);
    expect(seconds).toBeLessThanOrEqual(600);
    await expect.poll(parts).toEqual(['198.18.7.1 point-berlin verified']);
    expect(await revert(id)).toMatchObject({ status: 'reverted' });
    expect(held()).toEqual([]);
  });

  it('redirects a real client at the centre’s word, and says what it cannot take', async () => {
    const { lab } = stage;
    const client = lab.neighbour4;
    lab.addNeighbour();
    const serve = [process.execPath, SERVICES_PROGRAM, 'serve', 'tcp:7022=real', 'tcp:7023=decoy'];
    await servicesReady(lab.start('defender', serve));
    const talk = await ServiceTalk.start(lab.start('neighbour', [process.execPath, SERVICES_PROGRAM, 'talk']));
    const answer = () => talk.open('tcp', client, lab.defender4, 7022).ask();
    expect(await answer()).toBe(`real ${client}`);
    const order = { command: 'do', target: client, ttlMs: 600_000 } as const;
    const { id, parts: told } = await stage.call({ ...order, measure: 'redirect' });
    expect(told).toMatchObject([{ responder: 'point-berlin', status: expect.stringMatching(/applied|verified/) }]);
    expect(await answer()).toBe(`decoy ${client}`);
    expect(await stage.callAt('berlin', { command: 'list' })).toMatchObject([{ target: client, measure: 'redirect' }]);
    expect(await revert(id)).toMatchObject({ status: 'reverted' });
    expect(await answer()).toBe(`real ${client}`);
    expect(await stage.call({ ...order, measure: 'isolate' })).toMatchObject({
      status: 'refused',
      detail: expect.stringMatching(/^no responder can isolate: point-berlin: .*`management`/),
    });
    const planned = await stage.ask('response', 'plan', client, '--measure', 'tarpit');
    expect(planned).toMatchObject({ code: 1, out: '', err: expect.stringContaining('point-berlin: ') });
  });

  it('takes a later end, and a sooner one when the longer block is taken back', async () => {
    await block('198.18.7.9', 60_000);
    const longer = await block('198.18.7.9', 3_600_000);
    expect(stage.blocked()['198.18.7.9']).toBeGreaterThan(3000);
    await revert(longer.id);
    expect(stage.blocked()['198.18.7.9']).toBeLessThanOrEqual(60);
    await stage.call({ command: 'revertAll' });
    expect(held()).toEqual([]);
    expect(await stage.callAt('berlin', { command: 'list' })).toEqual([]);
  });

  it('refuses what is its own, and says so at the centre', async () => {
    expect(await order(stage.lab.defender4, 600_000)).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('the target is protected: an address of this machine'),
    });
    expect(held()).toEqual([]);
  });

  it('tells the centre what was taken back there, which asks for it no more', async () => {
    await block('198.18.7.2');
    const [there] = await stage.callAt('berlin', { command: 'list' });
    await stage.callAt('berlin', { command: 'revert', id: there!.id });
    await expect.poll(parts).toEqual([]);
    expect(held()).toEqual([]);
  });

  it('keeps what it holds when the centre is killed, lets it end in the kernel, and follows what changed meanwhile', async () => {
    const [stays, goes] = [await block('198.18.7.4'), await block('198.18.7.5')];
    await block('198.18.7.3', 10_000);
    await centre.end('SIGKILL');
    expect(held()).toEqual(['198.18.7.3', '198.18.7.4', '198.18.7.5']);
    await expect.poll(held).toEqual(['198.18.7.4', '198.18.7.5']);
    stage.cut();
    centre = await stage.centre();
    await revert(goes.id);
    expect(await order('198.18.7.6', 600_000)).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('the point is not connected'),
    });
    expect(held()).toEqual(['198.18.7.4', '198.18.7.5']);
    stage.mend();
    await vi.waitUntil(() => held().join(' ') === '198.18.7.4 198.18.7.6', 60_000);
    await expect.poll(parts).toEqual(['198.18.7.4 point-berlin verified', '198.18.7.6 point-berlin applied']);
    await revert(stays.id);
    await stage.call({ command: 'revertAll' });
    expect(held()).toEqual([]);
  });

  it('follows when it was cut off without a word, whoever was cut off', async () => {
    const { id } = await block('198.18.7.11');
    stage.cut();
    await vi.waitUntil(async () => (await listed()).every((one) => !one.connected), 60_000);
    await revert(id);
    expect(held()).toEqual(['198.18.7.11']);
    stage.mend();
    await vi.waitUntil(() => held().length === 0, 60_000);
  });

  it('comes up without the centre, with what it held, and goes on where that was', async () => {
    await block('198.18.7.7');
    await centre.end('SIGKILL');
    await point.end('SIGTERM');
    stage.lab.run('defender', ['nft', 'flush', 'ruleset']);
    point = await stage.run('berlin', 'enforcer', 'run');
    expect(held()).toEqual(['198.18.7.7']);
    centre = await stage.centre();
    await vi.waitUntil(async () => (await listed()).some((one) => one.connected), 60_000);
    expect(held()).toEqual(['198.18.7.7']);
    await stage.call({ command: 'revertAll' });
    expect(held()).toEqual([]);
  });

  it('is joined with a token once, and says what is wrong', async () => {
    const token = await stage.token('paris');
    const becomes = (name: string, text: string) => stage.at(name, 'enforcer', 'join', text, '--no-run');
    expect(await becomes('paris', token)).toMatchObject({ code: 0 });
    expect(await becomes('paris', token)).toMatchObject({
      code: 1,
      err: expect.stringContaining('is a point already'),
    });
    // Somebody is invited: what is wrong is said to who asks.
    const { out } = await stage.ask('enforcer', 'invite', 'oslo', '--for', '5m', '--json');
    expect(JSON.parse(out)).toMatchObject({ name: 'oslo', token: expect.any(String), expiresAt: expect.any(Number) });
    expect(await becomes('lyon', token)).toMatchObject({ code: 1, err: expect.stringContaining('was used before') });
    expect(existsSync(join(stage.folderOf('lyon'), 'enforcer', 'point.json'))).toBe(false);
  });

  it('is refused with a certificate of another authority, and once it was removed', async () => {
    const file = join(stage.folderOf('paris'), 'enforcer', 'point.json');
    const own = JSON.parse(readFileSync(file, 'utf8')) as object;
    const { cert, key } = writeCertificate(stage.folder, 'foreign');
    writeFileSync(file, JSON.stringify({ ...own, certificate: cert, key }));
    const foreign = await stage.run('paris', 'enforcer', 'run');
    await expect.poll(() => foreign.text()).toContain('POINT_CERTIFICATE_FOREIGN');
    await foreign.end('SIGTERM');

    expect(await stage.call({ command: 'removePoint', name: 'paris', by: 'test' })).toEqual({ removed: 'paris' });
    writeFileSync(file, JSON.stringify(own));
    const removed = await stage.run('paris', 'enforcer', 'run');
    await expect.poll(() => removed.text()).toContain('POINT_REVOKED');
    await removed.end('SIGTERM');
  });

  it('gives back what it holds when it is removed', async () => {
    await block('198.18.7.8');
    expect(held()).toEqual(['198.18.7.8']);
    expect((await stage.ask('enforcer', 'remove', 'berlin')).code).toBe(0);
    expect(held()).toEqual([]);
    await expect.poll(() => point.text()).toContain('POINT_REVOKED');
    expect(await listed()).toEqual([]);
  });
});
