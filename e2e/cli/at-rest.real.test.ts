/** What attackers typed, on the disk of the whole product: unreadable there, and read by whoever may, through new keys, restarts and a backup. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { freePort } from '@netsentinel/testkit/free-port';
import { connectSsh } from '@netsentinel/testkit/ssh-client/ssh-client';
import { run, up, type Finished, type RunOptions, type Started } from './netsentinel.ts';

const TYPED = 'Tr0ub4dor-as-typed';
const top = mkdtempSync(join(tmpdir(), 'ns-at-rest-'));
const platform = join(top, 'data', 'platform');
const config = { data: './data', console: { port: 0 }, decoys: [{}] };
const cli = (...args: string[]): Promise<Finished> => run(args, { cwd: top });
let product: Started;
let cookie: string;

function configure(more: object = {}): void {
  // JSON is YAML.
  writeFileSync(join(top, 'netsentinel.yaml'), JSON.stringify({ ...config, ...more }));
}

async function start(env: RunOptions['env'] = {}): Promise<void> {
  product = await up([], { cwd: top, env });
}

beforeAll(async () => {
  const credentials = { any: true };
  config.console.port = await freePort();
  config.decoys = [
    { id: 'ssh-1', type: 'ssh', address: '127.0.0.1', port: await freePort(), options: { credentials } },
  ];
  configure();
  await start();
  const { origin, hash } = new URL(product.listening.console);
  const response = await fetch(`${origin}/api/v1/setup`, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: JSON.stringify({ token: hash.slice(1), name: 'ada', password: 'correct horse battery' }),
  });
  cookie = response.headers.getSetCookie()[0]!.split(';')[0]!;
}, 120_000);
afterAll(async () => {
  await product.stop('SIGTERM');
  rmSync(top, { recursive: true, force: true });
});

/** A session in which this is typed; answers its id once its recording can be read. */
async function attack(typed: string): Promise<string> {
  const known = new Set((await recordings()).map(({ session }) => session));
  const { port } = config.decoys[0] as { port: number };
  const attacker = await connectSsh({ host: '127.0.0.1', port, user: 'root', password: 'x', timeoutMs: 20_000 });
  const shell = await attacker.shell();
  let seen = '';
  shell.onData((data) => (seen += Buffer.from(data).toString()));
  shell.write(`echo ${typed}\n`);
  await vi.waitFor(() => expect(seen.split(typed).length).toBeGreaterThan(2), 10_000);
  attacker.close();
  return await vi.waitFor(async () => {
    const made = (await recordings()).find(({ session }) => !known.has(session));
    expect(made).toBeDefined();
    return made!.session;
  }, 20_000);
}

async function ask(path: string): Promise<Response> {
  return fetch(`${new URL(product.listening.console).origin}/api/v1${path}`, {
    headers: { cookie },
    // Who connects while the platform is started again may wait in vain.
    signal: AbortSignal.timeout(3_000),
  });
}

async function recordings(): Promise<{ session: string }[]> {
  return ((await (await ask('/recordings')).json()) as { recordings: { session: string }[] }).recordings;
}

/** Everything that is kept of sessions and uploads. */
function onDisk(folder: string): Buffer {
  const entries = readdirSync(join(folder, 'blobs'), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(0);
  return Buffer.concat(files.map((file) => readFileSync(join(file.parentPath, file.name))));
}

async function expectReadable(session: string, typed: string): Promise<void> {
  const [replayed, answered] = [await cli('replay', session), await ask(`/recordings/${session}`)];
  expect([replayed.err, replayed.out]).toEqual([expect.stringContaining('end'), expect.stringContaining(typed)]);
  expect([answered.status, await answered.text()]).toEqual([200, expect.stringContaining(typed)]);
}

it(
  'is unreadable there, and read by command and REST; new keys count at once and lose nothing',
  { timeout: 120_000 },
  async () => {
    const first = await attack(TYPED);
    expect(onDisk(platform).includes(TYPED)).toBe(false);
    await expectReadable(first, TYPED);
    const before = JSON.parse((await cli('keys', 'list', '--json')).out) as { keys: { id: string }[] };
    const rotated = JSON.parse((await cli('keys', 'rotate', '--json')).out) as { active: string };
    expect(rotated.active).not.toBe(before.keys[0]!.id);
    const second = await attack(`${TYPED}-again`);
    for (const key of [before.keys[0]!.id, rotated.active]) expect(onDisk(platform).includes(key)).toBe(true);
    const master = readFileSync(join(platform, 'secrets.key'), 'utf8');
    expect(await cli('keys', 'rotate', '--master')).toMatchObject({ code: 0, err: '' });
    expect(readFileSync(join(platform, 'secrets.key'), 'utf8')).not.toBe(master);
    await expectReadable(first, TYPED);

    process.kill(product.listening.pids['platform']!, 'SIGKILL');
    await vi.waitFor(async () => expect((await ask('/recordings')).status).toBe(200), 30_000);
    await expectReadable(second, `${TYPED}-again`);
    const audit = (await (await ask('/audit')).json()) as { records: unknown[] };
    expect(audit.records).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ action: 'rotateDataKey', account: expect.stringMatching(/^cli:/) as string }),
        expect.objectContaining({ action: 'rotateMasterKey' }),
      ]),
    );
  },
);

it(
  'has its master key elsewhere where that is configured, and a backup is of no use without it',
  { timeout: 180_000 },
  async () => {
    const [{ session }] = (await recordings()) as [{ session: string }];
    await product.stop('SIGTERM');
    const key = randomBytes(32).toString('base64');
    configure({ encryption: { masterKey: { env: 'AT_REST_KEY' } } });
    await expect(start()).rejects.toThrow('the environment variable AT_REST_KEY is not set');
    await start({ AT_REST_KEY: key });
    expect(existsSync(join(platform, 'secrets.key'))).toBe(false);
    expect((await ask(`/recordings/${session}`)).status).toBe(200);
    const backup = join(top, 'backup');
    expect((await cli('backup', backup)).err).toContain('the master key (encryption.masterKey) is not in it');
    expect(onDisk(join(backup, 'platform')).includes(TYPED)).toBe(false);
    await product.stop('SIGTERM');
    expect((await cli('restore', backup, '--force')).code).toBe(0);
    expect((await cli('replay', session)).err).toContain('AT_REST_KEY is not set');
    const replayed = await run(['replay', session], { cwd: top, env: { AT_REST_KEY: key } });
    expect(replayed.out).toContain(TYPED);
    await expect(start({ AT_REST_KEY: randomBytes(32).toString('base64') })).rejects.toThrow(/previousMasterKey/);
    await start({ AT_REST_KEY: key });
    expect((await ask(`/recordings/${session}`)).status).toBe(200);
  },
);
