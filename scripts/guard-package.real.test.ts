/** What `npm publish` would send: no more than it should, in need of nothing, and typed. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildGuard } from './guard-package.ts';
import { compileForUser } from './packages/compile-for-user.fixture.ts';

const home = mkdtempSync(join(tmpdir(), 'netsentinel-guard-'));
const at = join(home, 'node_modules', '@netsentinel', 'guard');
let packed: string[];
beforeAll(() => {
  const out = join(home, 'dist');
  buildGuard(out);
  const npm = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--loglevel=error'], {
    cwd: out,
    encoding: 'utf8',
  });
  const [{ filename, files }] = JSON.parse(npm) as [{ filename: string; files: { path: string }[] }];
  packed = files.map(({ path }) => path);
  execFileSync('tar', ['-xzf', join(out, filename), '-C', home]);
  mkdirSync(join(at, '..'), { recursive: true });
  renameSync(join(home, 'package'), at);
}, 60_000);
afterAll(() => rmSync(home, { recursive: true, force: true }));

it('holds JavaScript, declarations, the licence and a README', () => {
  expect(packed.filter((path) => !/\.(?:js|d\.ts)$/.test(path)).sort()).toEqual([
    'LICENSE',
    'README.md',
    'package.json',
  ]);
  expect(packed.filter((path) => /\.(?:test|fuzz|bench)\.|bench\/|scripts\//.test(path))).toEqual([]);
  const { exports, dependencies } = JSON.parse(readFileSync(join(at, 'package.json'), 'utf8')) as {
    exports: Record<string, { types: string; default: string }>;
    dependencies?: unknown;
  };
  expect(dependencies).toBeUndefined();
  expect(Object.keys(exports)).toEqual([
    '.',
    './node-http',
    './express',
    './fastify',
    './koa',
    './next',
    './forward-auth',
  ]);
  for (const { types, default: code } of Object.values(exports))
    expect([types, code].filter((file) => !existsSync(join(at, file)))).toEqual([]);
});

it('imports nothing but itself and Node', () => {
  const foreign = new Set<string>();
  for (const file of readdirSync(at, { recursive: true, encoding: 'utf8' }).filter((one) => /\.(?:js|ts)$/.test(one)))
    for (const { fileName } of ts.preProcessFile(readFileSync(join(at, file), 'utf8'), true, true).importedFiles)
      if (!fileName.startsWith('.') && !fileName.startsWith('node:') && !builtinModules.includes(fileName))
        foreign.add(fileName);
  expect([...foreign]).toEqual([]);
});

it('works and is typed for who installs it', () => {
  writeFileSync(join(home, 'package.json'), '{"type":"module"}');
  const use = join(home, 'use.ts');
  writeFileSync(
    use,
    `import { createServer } from 'node:http';
import { createGuard, type Decision } from '@netsentinel/guard';
import { protect } from '@netsentinel/guard/node-http';
import { guardExpress } from '@netsentinel/guard/express';
import { createForwardAuth } from '@netsentinel/guard/forward-auth';
const guard = createGuard({ inspection: 'block', limits: [{ name: 'a', requests: 1, windowS: 60 }] });
const decision = guard.inspect({ method: 'GET', target: '/../../etc/passwd', headers: {}, peer: '198.51.100.7' }) as Decision;
if (decision.action === 'block') console.log(decision.reason, decision.answer.status);
export const server = createServer(protect(guard, (_request, response) => void response.end()));
export const used = [guardExpress, createForwardAuth];
`,
  );
  expect(compileForUser(use, home)).toEqual([]);
  const said = execFileSync(process.execPath, [join(home, 'use.js')], { encoding: 'utf8' });
  expect(said).toBe('inspection 403\n');
}, 60_000);
