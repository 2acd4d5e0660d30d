/** The real API over real stores in a temporary folder, on a loopback port of its own. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiOptions, ApiServer } from '@netsentinel/api/api.types';
import { createApi } from '@netsentinel/api/api-server';
import { ProblemBody } from '@netsentinel/api/http/problem';
import type { Route } from '@netsentinel/api/http/route';
import { problemsOf } from '@netsentinel/api/openapi/openapi';
import type { BlobStore } from '@netsentinel/contracts/blob-store';
import type { ConfigurationAnswers } from '@netsentinel/contracts/configuration';
import type { EventStore } from '@netsentinel/contracts/event-store';
import type { PlatformStatus } from '@netsentinel/contracts/live';
import type { Role } from '@netsentinel/contracts/permission';
import type { DecoyDetail } from '@netsentinel/contracts/played-decoy';
import type { SensorDetail } from '@netsentinel/contracts/sensor-status';
import type { StateStore } from '@netsentinel/contracts/state-store';
import type { SystemFigures } from '@netsentinel/contracts/system-figures';
import { systemClock } from '@netsentinel/kernel/clock';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { silentLogger } from '@netsentinel/kernel/log';
import { passingKeyring } from '@netsentinel/kernel/keyring';
import { openDuckDbEventStore } from '@netsentinel/store/events/duckdb/duckdb-events.store';
import { openFileBlobStore } from '@netsentinel/store/blobs/files/file-blob.store';
import { openSqliteStateStore } from '@netsentinel/store/state/sqlite/sqlite-state.store';

export const PASSWORD = 'correct horse battery';

export const SAMPLE_STATUS: PlatformStatus = {
  startedAt: 0,
  eventsTotal: 12_345,
  eventsPerSecond: 42,
  openIncidents: 3,
  blocksInForce: 1,
  responseMode: 'enforce',
  rules: { rules: 53, correlations: 14, refused: 0 },
  scans: { addresses: [], uncounted: 0 },
  decoys: [{ id: 'ssh', type: 'ssh', listen: '0.0.0.0:2222', connections: 1, healthy: true, stopped: false }],
  collectors: [],
  sources: { known: 0, silent: 0, latest: [] },
};

/** One that runs and has no connection. */
export function sampleDecoy(id: string, port: number): DecoyDetail {
  return {
    id,
    type: 'ssh',
    transport: 'tcp',
    address: '0.0.0.0',
    port,
    persona: 'debian-12-server',
    host: 'srv1',
    service: 'ssh',
    product: 'OpenSSH',
    version: '9.2p1 Debian 2+deb12u10',
    stopped: false,
    config: { credentials: { accept: [{ user: 'root', password: '***' }] } },
    listening: true,
    healthy: true,
    connections: 0,
  };
}

/** Nobody has tested the decoys, and a test never ends. */
const NO_TEST: ApiOptions['decoyTests'] = {
  status: () => ({ isRunning: false }),
  begin: () => ({ isRunning: true, startedAt: 1 }),
};

export const SAMPLE_SENSOR: SensorDetail = {
  id: 'tail',
  type: 'tail',
  healthy: false,
  events: 5,
  refused: 1,
  lastRecordAt: 1000,
  lagBytes: 0,
  dropped: 0,
  problems: ['no right to read /var/log/x'],
  sources: { read: 2, expected: 1, silent: 1 },
  heartbeat: { lastSeen: 1000 },
  expected: [{ name: 'web-1 /var/log/a.log', firstSeen: 1, lastSeen: 500, silentSince: 500 }],
};

export interface ApiHarness {
  readonly api: ApiServer;
  readonly state: StateStore;
  readonly blobs: BlobStore;
  readonly events: EventStore;
  /** Where they keep what they keep. */
  readonly folder: string;
  /** `http://127.0.0.1:port`, or https. */
  readonly url: string;
  /** Makes the account `admin` with `PASSWORD` and answers its cookie (`name=value`). */
  setUp(): Promise<string>;
  /** Makes an account of this role and answers a cookie of a session of its own. */
  signInAs(role: Role): Promise<string>;
  /** A request as the console makes it, its origin named. */
  call(method: string, path: string, options?: CallOptions): Promise<Response>;
  /** Bytes as they are; answers all that came back until the server closed. */
  raw(bytes: string): Promise<string>;
  close(): Promise<void>;
}

export interface CallOptions {
  readonly cookie?: string | undefined;
  readonly body?: unknown;
  /** `null`: none. */
  readonly origin?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Whose enforcer knows of nothing. */
export const NO_RESPONSE: ApiOptions['response'] = {
  plan: async ({ target, measure }) => ({ target, measure, ask: [], responders: [] }),
  blastRadius: async () => undefined,
  order: async () => undefined,
  decide: async () => undefined,
  revert: async () => false,
  revertAll: async () => 0,
};

const noIncident = async (): Promise<never> => {
  throw new NetSentinelError('WORK_NO_INCIDENT', 'user', 'There is no incident of this id.');
};
const NO_CASEWORK: ApiOptions['casework'] = { change: noIncident, note: noIncident, merge: noIncident };

/** Where nothing is that could be erased. */
const NO_ERASURES: ApiOptions['erasures'] = {
  erase: async ({ dryRun }) => ({
    dryRun,
    events: 0,
    incidents: 0,
    recordings: 0,
    uploads: 0,
    memories: 0,
    left: ['backups'],
  }),
  describe: () => ({ field: 'user.name', value: 'sealed' }),
};

const NO_PLAYBOOKS: ApiOptions['playbooks'] = {
  list: () => [],
  answer: async () => {
    throw new NetSentinelError('PLAYBOOK_RUN_NOT_FOUND', 'user', 'there is no such run');
  },
};

/** Whose launcher has kept one version, and takes whatever comes for it. */
const ONE_CONFIGURATION: ApiOptions['configuration'] = {
  ask: async ({ what }) => {
    const kept = { version: 1, at: '2026-01-01T00:00:00.000Z', state: 'running' } as const;
    const answers: ConfigurationAnswers = {
      list: [kept],
      read: { ...kept, text: '' },
      compare: [],
      check: { sections: [] },
      change: { sections: [] },
      restore: { sections: [] },
    };
    return answers[what];
  },
};

const NO_RULES: ApiOptions['rules'] = {
  list: () => [],
  get: () => undefined,
  written: () => undefined,
  reload: async () => {},
  refusalOf: () => undefined,
  tryOut: async () => ({
    faults: [{ line: 1, error: 'there is no `title`' }],
    title: undefined,
    meet: async () => ({ matched: 0, first: [] }),
    close: () => {},
  }),
  checkOwn: async () => ({ faults: [{ line: 1, error: 'there is no `title`' }], rules: [] }),
  faultsOfOwn: () => [],
  own: () => undefined,
};

const MIB = 1024 * 1024;
export const SAMPLE_FIGURES: SystemFigures = {
  at: '2026-11-20T12:00:00.000Z',
  version: '0.1.0',
  node: '24.0.0',
  startedAt: '2026-11-11T12:00:00.000Z',
  memory: { resident: 412 * MIB, heap: 96 * MIB, heapLimit: 2_096 * MIB },
  busy: 0.07,
  stages: [
    { id: 'store', waiting: 120 },
    { id: 'analysis', waiting: 34 },
    { id: 'correlation', waiting: 0 },
  ],
  storage: [
    { id: 'stream', bytes: 1_204 * MIB, limit: 8_192 * MIB, days: 3 },
    { id: 'correlation', bytes: 64 * MIB, limit: 512 * MIB, days: 8 },
    { id: 'events', bytes: 3_310 * MIB, events: 8_412_077, days: 90, oldest: '2026-08-23T12:00:00.000Z' },
    { id: 'blobs', bytes: 780 * MIB, limit: 10_240 * MIB },
    { id: 'state', bytes: 41 * MIB },
  ],
  disk: { total: 102_400 * MIB, free: 61_000 * MIB, keepFree: 1_024 * MIB },
};

const NO_TOUR: ApiOptions['tour'] = {
  status: () => undefined,
  take: async (by) => ({ since: 0, by }),
  end: async () => false,
};

const SAMPLE_ATTACK = {
  version: '18',
  techniques: { 'T1110.001': 'Password Guessing' },
  tactics: { TA0006: 'Credential Access' },
  matrix: [{ tactic: 'TA0006', techniques: ['T1110.001'] }],
};

/** Without `consoleRoot` a page or two stand in for the console. */
export async function startApi(change: Partial<ApiOptions> = {}): Promise<ApiHarness> {
  const folder = mkdtempSync(join(tmpdir(), 'netsentinel-api-'));
  const clock = change.clock ?? systemClock;
  const log = change.log ?? silentLogger;
  const state = await openSqliteStateStore({ file: join(folder, 'state.db'), log, clock });
  const keys = passingKeyring();
  const blobs = await openFileBlobStore({
    directory: join(folder, 'blobs'),
    maxBlobBytes: 64 * 1024 * 1024,
    keys,
    log,
  });
  const events = whenAsked(() => openDuckDbEventStore({ directory: join(folder, 'events'), log, minFreeBytes: 0 }));
  const undeclaredAnswers: string[] = [];
  const api = await createApi({
    state,
    blobs,
    events,
    clock,
    log,
    sealer: keys,
    // Tests ask as fast as they can.
    requestsPerMinute: 1_000_000,
    consoleRoot: change.consoleRoot ?? writeConsole(join(folder, 'console')),
    attack: SAMPLE_ATTACK,
    attackBook: { technique: () => undefined, behaviours: new Set(), detections: [] },
    status: () => SAMPLE_STATUS,
    decoys: () => [sampleDecoy('ssh', 2222)],
    systemFigures: async () => SAMPLE_FIGURES,
    decoySchema: async (type) => ({ type: 'object', properties: { type: { const: type } } }),
    switchDecoy: async () => {},
    decoyTests: NO_TEST,
    sensors: () => [SAMPLE_SENSOR],
    configuration: ONE_CONFIGURATION,
    dismissals: { dismiss: async () => undefined, endException: async () => false },
    casework: NO_CASEWORK,
    erasures: NO_ERASURES,
    response: NO_RESPONSE,
    playbooks: NO_PLAYBOOKS,
    rules: NO_RULES,
    tour: NO_TOUR,
    onAnswer: (route, status, payload) => {
      const complaint = undeclared(route, status, payload);
      if (complaint !== undefined) undeclaredAnswers.push(complaint);
    },
    ...change,
  });
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  api.serve(listener);
  const url = `${change.tls === undefined ? 'http' : 'https'}://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  const call: ApiHarness['call'] = (method, path, options = {}) =>
    fetch(url + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(options.origin === null ? {} : { origin: options.origin ?? url }),
        ...(options.cookie === undefined ? {} : { cookie: options.cookie }),
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(options.body === undefined
        ? {}
        : { body: typeof options.body === 'string' ? options.body : JSON.stringify(options.body) }),
    });
  return {
    api,
    state,
    blobs,
    events: change.events ?? events,
    folder,
    url,
    call,
    raw: (bytes) => rawAnswer(Number(new URL(url).port), bytes),
    setUp: async () => {
      const token = (await api.firstRunPath())!.split('#')[1]!;
      const response = await call('POST', '/api/v1/setup', { body: { token, name: 'admin', password: PASSWORD } });
      if (response.status !== 200) throw new Error(`set-up answered ${response.status}: ${await response.text()}`);
      return cookieOf(response)!;
    },
    signInAs: async (role) => {
      const token = randomBytes(32).toString('base64url');
      const now = clock.now();
      await state.transaction(async (tx) => {
        await tx.putAccount({ name: `a-${role}`, passwordHash: '', role, createdAt: now });
        await tx.putSession({
          tokenHash: createHash('sha256').update(token).digest('hex'),
          account: `a-${role}`,
          createdAt: now,
          expiresAt: now + 86_400_000,
          lastSeenAt: now,
          address: '127.0.0.1',
          program: '',
        });
      });
      return `netsentinel-session=${token}`;
    },
    close: async () => {
      await api.close();
      await events.close();
      await blobs.close();
      await state.close();
      rmSync(folder, { recursive: true, force: true });
      if (undeclaredAnswers.length > 0)
        throw new Error(`answers that no route declares: ${undeclaredAnswers.join('; ')}`);
    },
  };
}

/** Opened by the first use: most tests of the API ask it nothing. */
function whenAsked(open: () => Promise<EventStore>): EventStore {
  let opened: Promise<EventStore> | undefined;
  const store = (): Promise<EventStore> => (opened ??= open());
  return {
    append: async (...args) => (await store()).append(...args),
    watermarks: async () => (await store()).watermarks(),
    query: async (...args) => (await store()).query(...args),
    queryTexts: async (...args) => (await store()).queryTexts(...args),
    aggregate: async (...args) => (await store()).aggregate(...args),
    exportParquet: async (...args) => (await store()).exportParquet!(...args),
    get: async (id) => (await store()).get(id),
    retain: async (...args) => (await store()).retain(...args),
    erase: async (...args) => (await store()).erase(...args),
    backup: async (target) => (await store()).backup(target),
    describe: async () => (await store()).describe(),
    close: async () => (await opened)?.close(),
  };
}

function rawAnswer(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
    let answer = '';
    socket.setEncoding('latin1');
    socket.on('data', (text) => (answer += text));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

/** What is wrong with an answer by what its route declares, or undefined. */
function undeclared(route: Route, status: number, payload: unknown): string | undefined {
  const what = `${route.method} ${route.path} ${status}`;
  if (status >= 400) {
    if (problemsOf(route)[status] === undefined) return `${what} is not declared`;
    const problem = ProblemBody.safeParse(payload);
    return problem.success ? undefined : `${what}: ${problem.error.message}`;
  }
  const answer = route.answers[status];
  if (answer === undefined) return `${what} is not declared`;
  const result = answer.schema?.safeParse(payload);
  return result?.success === false ? `${what}: ${result.error.message}` : undefined;
}

/** `name=value` of the cookie that a response sets. */
export function cookieOf(response: Response): string | undefined {
  return response.headers.getSetCookie()[0]?.split(';')[0];
}

function writeConsole(root: string): string {
  mkdirSync(join(root, '_next/static'), { recursive: true });
  writeFileSync(join(root, 'index.html'), '<!doctype html><script>console.log(1)</script><p>console');
  writeFileSync(join(root, '404.html'), '<!doctype html><p>nothing here');
  writeFileSync(join(root, '_next/static/a.js'), 'export {}');
  writeFileSync(join(root, '.hidden'), 'secret');
  return root;
}
