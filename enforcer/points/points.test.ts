/** Centre and points in one process: real TLS over loopback, firewalls that are maps. */
import { createPublicKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import type { Measure, OrderReply, ResponseMode } from '@netsentinel/contracts/action';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { issueCertificate, newKey } from '@netsentinel/kernel/x509';
import { FakeFirewall, FakeResponder } from '@netsentinel/testkit/fake-responder';
import { freePort } from '@netsentinel/testkit/free-port';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { auditFiles } from '../audit.ts';
import { EnforcerConfig } from '../enforcer.config.ts';
import { createEnforcer } from '../enforcer.ts';
import type { Enforcer } from '../enforcer.types.ts';
import { CentreLink } from './centre-link.ts';
import type { Credentials } from './credentials.ts';
import { joinCentre } from './join-centre.ts';
import { Peer } from './peer.ts';
import { ToPoint, type FromPoint } from './point-wire.ts';
import { createPointsHub, type PointsHub } from './points-hub.ts';
import { readToken, type Token } from './token.ts';

interface Point {
  readonly firewall: FakeFirewall;
  readonly enforcer: Enforcer;
  readonly link: CentreLink;
}

let folder: string;
let port: number;
let centre: Enforcer;
let hub: PointsHub;
let replies: OrderReply[];
let joined: number;
/** Why connections of points ended. */
let ends: unknown[];
let points: Point[];

const config = (changes: object = {}): EnforcerConfig =>
  EnforcerConfig.parse({
    mode: 'enforce',
    ipCommand: ['/nonexistent/ip'],
    resolvConf: '/nonexistent',
    limits: { ordersPerMinute: 1_000_000 },
    ...changes,
  });

async function startCentre(): Promise<void> {
  const options = config({ points: { address: '127.0.0.1', port } });
  hub = createPointsHub({
    config: options.points!,
    mode: 'enforce',
    directory: join(folder, 'centre', 'points'),
    clock: systemClock,
    log: silentLogger,
    onJoined: () => (joined += 1),
  });
  centre = await createEnforcer({
    config: options,
    directory: join(folder, 'centre'),
    clock: systemClock,
    log: { ...silentLogger, warn: (_, fields) => ends.push(fields?.['why']) },
    responders: [
      { id: 'own', mode: 'simulate', create: (ctx) => new FakeResponder(new FakeFirewall(systemClock), ctx) },
      ...hub.responders(),
    ],
    onReply: (reply) => replies.push(reply),
  });
  await hub.listen(centre);
}

async function stopCentre(): Promise<void> {
  await hub.close();
  await centre.close();
}

async function startPoint(
  credentials: Credentials,
  mode: ResponseMode = 'enforce',
  firewall = new FakeFirewall(systemClock),
  changes: object = {},
  more: readonly FakeFirewall[] = [],
): Promise<Point> {
  let link: CentreLink | undefined;
  const enforcer = await createEnforcer({
    config: config(changes),
    directory: join(folder, credentials.name),
    clock: systemClock,
    log: silentLogger,
    responders: [firewall, ...more].map((one, i) => ({
      id: i === 0 ? 'map' : `map${i}`,
      mode,
      create: (ctx) => new FakeResponder(one, ctx),
    })),
    onReply: (reply) => link?.onReply(reply),
  });
  link = new CentreLink({ enforcer, credentials, clock: systemClock, log: silentLogger });
  link.start();
  const point = { firewall, enforcer, link };
  points.push(point);
  return point;
}

async function stopPoint({ link, enforcer }: Point): Promise<void> {
  link.close();
  await enforcer.close();
}

const token = (name: string, validMs = 60_000): Token => readToken(hub.invite(name, validMs, 'kim').token);
const joinWith = (from: Token): Promise<Credentials> => joinCentre(from, systemClock);
const state = (name: string) => hub.list().find((point) => point.name === name);
const connected = (name: string, is = true): Promise<unknown> => vi.waitUntil(() => state(name)?.connected === is);
const order = (id: string, target: string, measure: Measure = 'block', ttlMs = 3_600_000): void =>
  centre.handle({
    kind: 'block',
    id,
    measure,
    target,
    expiresAt: Date.now() + ttlMs,
    reason: 'test',
    incident: 'i1',
    sourceVerified: true,
  });
const partAt = (id: string, name: string) =>
  replies.findLast((reply) => reply.id === id)?.parts?.find((part) => part.responder === `point-${name}`);
const stands = (id: string, name: string, status: string): Promise<unknown> =>
  vi.waitUntil(() => partAt(id, name)?.status === status);

function auditLines(): { readonly kind: string }[] {
  const directory = join(folder, 'centre', 'audit');
  return auditFiles(directory)
    .flatMap((file) => readFileSync(join(directory, file), 'utf8').trim().split('\n'))
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { kind: string });
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'points-'));
  port = await freePort();
  [replies, joined, points, ends] = [[], 0, [], []];
  await startCentre();
});
afterEach(async () => {
  for (const point of points) await stopPoint(point);
  await stopCentre();
  rmSync(folder, { recursive: true, force: true });
});

describe('a token', () => {
  it.each([
    ['a wrong secret', (from: Token) => ({ ...from, secret: 'x' }), 'POINT_TOKEN_UNKNOWN'],
    ['an unknown invitation', (from: Token) => ({ ...from, invitation: 'x' }), 'POINT_TOKEN_UNKNOWN'],
    ['another authority', (from: Token) => ({ ...from, fingerprint: 'ab'.repeat(32) }), 'POINT_CENTRE_FOREIGN'],
    ['nobody at its address', (from: Token) => ({ ...from, port: 1 }), 'POINT_CENTRE_UNREACHABLE'],
  ])('with %s lets nobody in', async (_, change, code) => {
    const good = token('berlin');
    await expect(joinWith(change(good))).rejects.toMatchObject({ code });
    expect(hub.list()).toEqual([]);
    expect(await joinWith(good)).toMatchObject({ name: 'berlin' });
  });

  it('works once, and not when its time is over or a later one was made', async () => {
    const [first, over] = [token('berlin'), token('rome', 1)];
    const second = token('berlin');
    await expect(joinWith(first)).rejects.toMatchObject({ code: 'POINT_TOKEN_USED' });
    await joinWith(second);
    await expect(joinWith(second)).rejects.toMatchObject({ code: 'POINT_NOT_INVITED' });
    token('oslo');
    await expect(joinWith(second)).rejects.toMatchObject({ code: 'POINT_TOKEN_USED' });
    await expect(joinWith(over)).rejects.toMatchObject({ code: 'POINT_TOKEN_EXPIRED' });
    expect(() => hub.invite('berlin', 1000, 'kim')).toThrow(expect.objectContaining({ code: 'POINT_NAME_TAKEN' }));
  });

  it('that is cut short or none is told at once', () => {
    const { token: text } = hub.invite('berlin', 1000, 'kim');
    for (const bad of ['', 'x', text.slice(0, 60), text.slice(1)])
      expect(() => readToken(bad)).toThrow(expect.objectContaining({ code: 'POINT_TOKEN_INVALID' }));
  });

  it('leaves no secret behind at the centre, and files that are nobody else’s', async () => {
    const { secret } = token('berlin');
    for (const name of ['points.json', 'authority.json']) {
      const file = join(folder, 'centre', 'points', name);
      expect(readFileSync(file, 'utf8')).not.toContain(secret);
      expect(statSync(file).mode & 0o777).toBe(0o600);
    }
  });
});

describe('a connection', () => {
  /** What the centre says to whoever connects so, until it closes. */
  const said = (options: object): Promise<string> =>
    new Promise((resolve) => {
      let text = '';
      const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options });
      socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
      socket.on('error', (error) => (text += (error as NodeJS.ErrnoException).code ?? error.message));
      socket.on('close', () => resolve(text));
    });

  it('without a certificate is heard by nobody where nobody is invited', async () => {
    expect(await said({})).toContain('POINT_NOT_INVITED');
  });

  it('with a certificate of another authority is refused', async () => {
    const key = newKey();
    const issuer = { commonName: 'netsentinel points', privateKey: newKey() };
    const { pem } = issueCertificate({
      commonName: 'berlin',
      purpose: 'client',
      publicKey: createPublicKey(key),
      issuer,
      notBefore: Date.now() - 1000,
      notAfter: Date.now() + 60_000,
    });
    const own = { cert: pem, key: key.export({ format: 'pem', type: 'pkcs8' }) };
    expect(await said(own)).toContain('POINT_CERTIFICATE_FOREIGN');
  });

  it('of an older TLS is none', async () => {
    expect(await said({ maxVersion: 'TLSv1.2' })).toMatch(/ERR_SSL|ECONNRESET/);
  });

  it('that says what no point says is ended', async () => {
    const { certificate, key } = await joinWith(token('berlin'));
    const text = await new Promise<string>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, cert: certificate, key }, () =>
        socket.write(Buffer.from([0, 0, 0, 1, 0xc0])),
      );
      socket.on('error', () => {});
      socket.on('close', () => resolve('closed'));
      socket.resume();
    });
    expect(text).toBe('closed');
    expect(state('berlin')).toMatchObject({ connected: false });
  });

  it('of a point that was removed is refused, by the serial number of its certificate', async () => {
    const { certificate, key } = await joinWith(token('berlin'));
    await hub.remove('berlin', 'kim');
    expect(await said({ cert: certificate, key })).toContain('POINT_REVOKED');
    // The name is free again, and the former certificate is none of its.
    const again = await joinWith(token('berlin'));
    expect(await said({ cert: certificate, key })).toContain('POINT_REVOKED');
    expect(new X509Certificate(again.certificate).subject).toBe('CN=berlin');
  });

  it('is in the audit: who invited it, when it joined and from where, who removed it', async () => {
    await joinWith(token('berlin'));
    await hub.remove('berlin', 'alex');
    const lines = await vi.waitUntil(() => {
      const told = auditLines().filter(({ kind }) => kind.startsWith('point-'));
      return told.length === 3 ? told : undefined;
    });
    expect(lines).toMatchObject([
      { kind: 'point-invited', point: 'berlin', by: 'kim' },
      { kind: 'point-joined', point: 'berlin', address: '127.0.0.1' },
      { kind: 'point-removed', point: 'berlin', by: 'alex' },
    ]);
  });
});

describe('a point', () => {
  it('joins while the centre works, and carries what is ordered from then on', async () => {
    order('before', '198.18.5.4');
    const point = await startPoint(await joinWith(token('berlin')));
    await connected('berlin');
    expect(joined).toBe(1);
    order('a', '198.18.5.5');
    await stands('a', 'berlin', 'verified');
    expect(point.firewall.blocked()).toEqual(['198.18.5.5']);
    // Whoever ordered it sends again what is in force.
    order('before', '198.18.5.4');
    await stands('before', 'berlin', 'verified');
    expect(point.firewall.blocked().toSorted()).toEqual(['198.18.5.4', '198.18.5.5']);
    expect(await centre.revertAll('test')).toBe(2);
    expect(point.firewall.blocked()).toEqual([]);
  });

  it('is told all that changed while it was away, in pages', async () => {
    const credentials = await joinWith(token('berlin'));
    const first = await startPoint(credentials);
    await connected('berlin');
    order('goes', '198.18.5.5');
    await stands('goes', 'berlin', 'verified');
    await stopPoint(first);
    points = [];
    await connected('berlin', false);
    await centre.revert('goes', 'test').catch(() => {});
    for (let i = 0; i < 450; i++) order(`b${i}`, `198.19.${i >> 8}.${i & 255}`);
    await stands('b449', 'berlin', 'failed');
    const { firewall } = await startPoint(credentials, 'enforce', first.firewall);
    await vi.waitUntil(() => firewall.blocked().length === 450 && !firewall.blocked().includes('198.18.5.5'));
    await stands('b449', 'berlin', 'applied');
    expect(firewall.blocked()).toHaveLength(450);
  });

  it('is made equal to what is intended after the centre was away', async () => {
    const credentials = await joinWith(token('berlin'));
    const { firewall } = await startPoint(credentials);
    await connected('berlin');
    order('a', '198.18.5.5');
    await stands('a', 'berlin', 'verified');
    for (let i = 0; i < 3; i++) {
      await stopCentre();
      expect(firewall.blocked()).toEqual(['198.18.5.5']);
      await startCentre();
      await connected('berlin');
    }
    order('b', '198.18.5.6');
    await stands('b', 'berlin', 'verified');
    expect(firewall.blocked().toSorted()).toEqual(['198.18.5.5', '198.18.5.6']);
    // It tries once at a time.
    expect(ends).not.toContain('it connected again');
  });

  it('that refuses is believed, whether it is asked at once or when it is back', async () => {
    const credentials = await joinWith(token('berlin'));
    order('held', '198.18.6.1');
    const point = await startPoint(credentials, 'enforce', undefined, { allow: ['198.18.6.0/24'] });
    await connected('berlin');
    order('a', '198.18.6.2');
    await stands('a', 'berlin', 'failed');
    expect(partAt('a', 'berlin')?.detail).toContain('the target is protected: on the allow list');
    expect(point.firewall.blocked()).toEqual([]);
    expect(centre.list().filter(({ responder }) => responder === 'point-berlin')).toEqual([]);
  });

  it('that cannot block now is not forgotten: it is made good once it can', async () => {
    const { firewall } = await startPoint(await joinWith(token('berlin')));
    await connected('berlin');
    firewall.failure = 'the disk is full';
    order('a', '198.18.5.5');
    await stands('a', 'berlin', 'failed');
    await vi.waitUntil(() => state('berlin')?.trouble?.includes('the disk is full') === true);
    firewall.failure = undefined;
    await vi.waitUntil(() => firewall.blocked().length === 1);
    await stands('a', 'berlin', 'applied');
    await expect.poll(() => state('berlin')).toMatchObject({ connected: true, entries: 1 });
  });

  it('that simulates says so, and nothing is made there', async () => {
    const { firewall } = await startPoint(await joinWith(token('berlin')), 'simulate');
    await connected('berlin');
    expect(state('berlin')).toMatchObject({ trouble: 'map: simulate' });
    order('a', '198.18.5.5');
    await stands('a', 'berlin', 'failed');
    expect(firewall.applied).toBe(0);
  });

  it('that has taken a block back of its own accord is asked for it no more', async () => {
    const { enforcer, firewall } = await startPoint(await joinWith(token('berlin')));
    await connected('berlin');
    order('a', '198.18.5.5');
    await stands('a', 'berlin', 'verified');
    await enforcer.revertAll('a person there');
    await stands('a', 'berlin', 'failed');
    expect(partAt('a', 'berlin')?.detail).toContain('taken back at the point');
    order('b', '198.18.5.6');
    await stands('b', 'berlin', 'verified');
    expect(firewall.blocked()).toEqual(['198.18.5.6']);
  });

  it('is one of several, each with a fate of its own', async () => {
    const [berlin, paris] = [await joinWith(token('berlin')), await joinWith(token('paris'))];
    const here = await startPoint(berlin);
    const there = await startPoint(paris);
    await connected('berlin');
    await connected('paris');
    order('a', '198.18.5.5');
    await stands('a', 'berlin', 'verified');
    await stands('a', 'paris', 'verified');
    await hub.remove('paris', 'kim');
    await vi.waitUntil(() => there.firewall.blocked().length === 0);
    expect(here.firewall.blocked()).toEqual(['198.18.5.5']);
    expect(hub.list().map(({ name }) => name)).toEqual(['berlin']);
  });
});

describe('measures beside the block', () => {
  const HOST = '198.18.5.5';
  const able = (...measures: Measure[]): FakeFirewall => {
    const firewall = new FakeFirewall(systemClock);
    for (const measure of measures) firewall.takes.add(measure);
    return firewall;
  };

  it('are taken by the points that can; the strongest holds, also when centre and point were apart', async () => {
    const [berlin, paris] = [await joinWith(token('berlin')), await joinWith(token('paris'))];
    const here = await startPoint(berlin, 'enforce', able('redirect', 'rate-limit'));
    const there = await startPoint(paris);
    await connected('berlin');
    await connected('paris');
    order('r', HOST, 'redirect');
    await stands('r', 'berlin', 'verified');
    // Nothing keeps the attacker away there, and the platform hears it.
    expect(partAt('r', 'paris')).toMatchObject({ status: 'refused', detail: 'it can only block' });
    expect([here.firewall.measured(), there.firewall.measured()]).toEqual([[`redirect ${HOST}`], []]);
    order('b', HOST);
    await stands('b', 'berlin', 'verified');
    await stands('b', 'paris', 'verified');
    expect([here.firewall.measured(), there.firewall.measured()]).toEqual([[`block ${HOST}`], [`block ${HOST}`]]);
    await centre.revert('b', 'test');
    expect([here.firewall.measured(), there.firewall.measured()]).toEqual([[`redirect ${HOST}`], []]);
    order('s', '198.18.5.6', 'rate-limit');
    await stands('s', 'berlin', 'verified');
    await stopCentre();
    await startCentre();
    await connected('berlin');
    order('m', '198.18.5.7', 'redirect');
    await stands('m', 'berlin', 'verified');
    expect(here.firewall.measured()).toEqual([`redirect ${HOST}`, 'rate-limit 198.18.5.6', 'redirect 198.18.5.7']);
    await stopPoint(here);
    points = points.filter((point) => point !== here);
    await connected('berlin', false);
    await centre.revert('r', 'test');
    const back = await startPoint(berlin, 'enforce', here.firewall);
    await vi.waitUntil(() => back.firewall.measured().join() === 'rate-limit 198.18.5.6,redirect 198.18.5.7');
  });

  it('that no point can take are refused with what each says, and planned in the words of those that can', async () => {
    await startPoint(await joinWith(token('berlin')), 'enforce', able('redirect'));
    await connected('berlin');
    order('t', HOST, 'tarpit');
    await vi.waitUntil(() => replies.some(({ id }) => id === 't'));
    expect(replies.find(({ id }) => id === 't')).toMatchObject({
      status: 'refused',
      detail: 'no responder can tarpit: own: it can only block; point-berlin: it can only block',
    });
    expect(centre.plan(HOST, 60_000, undefined, 'redirect').responders).toContainEqual(
      expect.objectContaining({
        responder: 'point-berlin',
        block: [`order berlin: redirect ${HOST} for 60 s`],
        unblock: [`order berlin: end the redirect of ${HOST}`],
      }),
    );
  });

  it('are no block at a point that can no more take them', async () => {
    const credentials = await joinWith(token('berlin'));
    const first = await startPoint(credentials, 'enforce', able('redirect'));
    await connected('berlin');
    order('r', HOST, 'redirect');
    await stands('r', 'berlin', 'verified');
    await stopPoint(first);
    points = [];
    await connected('berlin', false);
    const { firewall, enforcer } = await startPoint(credentials, 'enforce', able());
    await stands('r', 'berlin', 'failed');
    expect(partAt('r', 'berlin')?.detail).toContain('it can only block');
    expect([firewall.measured(), enforcer.list()]).toEqual([[], []]);
  });

  it('are refused one by one: a weaker one goes on at a point that can no more take the stronger', async () => {
    const credentials = await joinWith(token('berlin'));
    const first = await startPoint(credentials, 'enforce', able('redirect', 'rate-limit'));
    await connected('berlin');
    order('r', HOST, 'redirect');
    await stands('r', 'berlin', 'verified');
    order('s', HOST, 'rate-limit');
    await stands('s', 'berlin', 'verified');
    await stopPoint(first);
    points = [];
    await connected('berlin', false);
    const { firewall } = await startPoint(credentials, 'enforce', able('rate-limit'));
    await stands('r', 'berlin', 'failed');
    await vi.waitUntil(() => firewall.measured().join() === `rate-limit ${HOST}`);
    expect(centre.list()).toMatchObject([{ id: 's', responder: 'point-berlin' }]);
  });

  it('are not forgotten where only the responder that takes them is down: they are made good once it is back', async () => {
    const [firewall, plain] = [able('redirect'), able()];
    await startPoint(await joinWith(token('berlin')), 'enforce', firewall, {}, [plain]);
    await connected('berlin');
    firewall.failure = 'the disk is full';
    order('r', HOST, 'redirect');
    await stands('r', 'berlin', 'failed');
    order('b', '198.18.5.6');
    await stands('b', 'berlin', 'verified');
    expect(plain.measured()).toEqual(['block 198.18.5.6']);
    expect(centre.list()).toContainEqual(expect.objectContaining({ id: 'r', responder: 'point-berlin' }));
    firewall.failure = undefined;
    await vi.waitUntil(() => firewall.measured().includes(`redirect ${HOST}`));
    await stands('r', 'berlin', 'applied');
  });

  it('are not asked of a point of an older release, which goes on with blocks', async () => {
    const { certificate, key } = await joinWith(token('berlin'));
    const wished: unknown[] = [];
    const stood = { t: 'state', able: true, detail: '', entries: 0 } as const;
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, cert: certificate, key });
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    const peer: Peer<ToPoint, FromPoint> = new Peer<ToPoint, FromPoint>({
      socket,
      clock: systemClock,
      schema: ToPoint,
      onMessage: (message) => {
        if (message.t !== 'wishes') return;
        wished.push(...message.wishes);
        peer.send({ t: 'done', seq: message.seq, refused: [] });
        peer.send({ t: 'verified', seq: message.seq, missing: [] });
      },
      onEnd: () => {},
      beat: () => stood,
    });
    peer.send({ t: 'hello', protocol: 1, version: '0.0.9', host: 'berlin' });
    peer.send(stood);
    await connected('berlin');
    order('r', HOST, 'redirect');
    await vi.waitUntil(() => replies.some(({ id }) => id === 'r'));
    expect(replies.find(({ id }) => id === 'r')?.detail).toContain(
      'point-berlin: the release that runs there can only block',
    );
    order('b', HOST);
    await stands('b', 'berlin', 'verified');
    expect(wished).toEqual([{ network: HOST, remainingMs: expect.any(Number) }]);
    peer.end('it is over');
  });
});
