import { once } from 'node:events';
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { HOME } from '../cli/settings.ts';
import { decoyHostProgram, platformProgram, verifierProgram } from './confinements.ts';
import {
  codePaths,
  findTool,
  probeSandbox,
  spawnConfined,
  systemLibraries,
  UIDS,
  type Confinement,
} from './sandbox.ts';

const folder = mkdtempSync(join(tmpdir(), 'ns-sandbox-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const bare: Confinement = { read: [], write: [], noNetwork: true, user: 'decoy-host', permissionModel: true };

async function run(
  script: string,
  confinement: Confinement,
  report: Parameters<typeof spawnConfined>[2],
): Promise<unknown> {
  const file = join(folder, 'program.mjs');
  writeFileSync(file, script);
  const child = spawnConfined(file, { ...confinement, read: [...confinement.read, file] }, report);
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const answer = await Promise.race([
    once(child, 'message').then(([message]) => message as unknown),
    once(child, 'exit').then(() => errors),
  ]);
  child.kill('SIGKILL');
  return answer;
}

describe('confinement', () => {
  it('is what the system allows, with a reason when that is nothing', () => {
    const report = probeSandbox();
    expect(['root', 'user', 'none']).toContain(report.level);
    expect(report.reason === undefined).toBe(report.level !== 'none');
  });

  it('leaves a program its own files and its channel, at whatever level', async () => {
    const script = `import fs from 'node:fs';
      const can = (f) => { try { f(); return true } catch { return false } };
      process.send({ own: can(() => fs.readFileSync(import.meta.filename)), other: can(() => fs.readFileSync('/etc/passwd')), write: can(() => fs.writeFileSync('/tmp/x', '')) })`;
    expect(await run(script, bare, probeSandbox())).toEqual({ own: true, other: false, write: false });
    expect(await run(script, bare, { level: 'none' })).toEqual({ own: true, other: false, write: false });
  });

  it('passes on nothing of our environment but what is named', async () => {
    process.env['NS_TEST_SECRET'] = 'secret';
    const names = (await run(`process.send(Object.keys(process.env))`, bare, { level: 'none' })) as string[];
    delete process.env['NS_TEST_SECRET'];
    expect(names).toContain('PATH');
    expect(
      names.filter(
        (n) =>
          ![
            'PATH',
            'MALLOC_ARENA_MAX',
            'TZ',
            'LANG',
            'NODE_V8_COVERAGE',
            'NODE_CHANNEL_FD',
            'NODE_CHANNEL_SERIALIZATION_MODE',
          ].includes(n),
      ),
    ).toEqual([]);
  });

  it('shows the decoy host nothing of the platform, and nothing writable', () => {
    const { entry, confinement } = decoyHostProgram(HOME);
    expect(existsSync(entry)).toBe(true);
    expect(confinement).toMatchObject({ write: [], noNetwork: true, permissionModel: true });
    expect(confinement.read.filter((p) => /netsentinel\/platform|stages|enforcer|surface/.test(p))).toEqual([]);
    expect(confinement.read).toContain(realpathSync(join(HOME, 'decoys')));
    expect(platformProgram(HOME, '/somewhere/platform', ['/somewhere/rules']).confinement.write).toEqual([
      '/somewhere/platform',
    ]);
  });

  it('shows who tests the decoys what they show the decoys, and nothing writable', () => {
    const { entry, confinement } = verifierProgram(HOME);
    expect(existsSync(entry)).toBe(true);
    expect(confinement).toMatchObject({ write: [], permissionModel: true, user: 'verifier' });
    expect(confinement.read.filter((p) => /netsentinel\/(platform|launcher)|stages|enforcer|surface/.test(p))).toEqual(
      [],
    );
    expect(confinement.nodeOptions).not.toContain('--allow-addons');
    expect(new Set(Object.values(UIDS)).size).toBe(Object.keys(UIDS).length);
  });

  it('finds code and tools where they are, and leaves out what is not there', () => {
    expect(codePaths(HOME, ['kernel', 'no-such-room'], ['no-such-package'])).toContain(
      realpathSync(join(HOME, 'kernel')),
    );
    expect(codePaths(HOME, ['no-such-room'], ['no-such-package']).some((p) => p.includes('no-such'))).toBe(false);
    expect(findTool('sh')).toMatch(/\/sh$/);
    expect(findTool('no-such-tool')).toBeUndefined();
    expect(systemLibraries().every((path) => existsSync(path))).toBe(true);
  });
});
