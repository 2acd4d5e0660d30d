import { describe, expect, it } from 'vitest';
import { findFaults, inNpmOrder, isFor, unlisted, type Lockfile } from './lockfile.ts';

const SYSTEM = { os: 'linux', cpu: 'x64', libc: 'glibc' } as const;
const integrity = 'sha512-AA==';

function lockOf(packages: Lockfile['packages']): Lockfile {
  return { packages: { '': {}, ...packages } };
}

describe('the lockfile', () => {
  it('is well where all that is installed here is checked', () => {
    const lock = lockOf({
      kernel: { version: '0.1.0' },
      'node_modules/@ours/kernel': { link: true, resolved: 'kernel' },
      'node_modules/a': { version: '1.0.0', integrity, optionalDependencies: { 'a-darwin': '1.0.0' } },
      'node_modules/a/node_modules/bundled': { version: '1.0.0', inBundle: true },
      'node_modules/a-darwin': { version: '1.0.0', optional: true, os: ['darwin'] },
      'node_modules/a-musl': { version: '1.0.0', optional: true, os: ['linux'], libc: ['musl'] },
    });
    expect(findFaults(lock, SYSTEM)).toEqual([]);
  });

  it.each([
    ['of every system', { version: '1.0.0', optional: true }],
    ['of this system', { version: '1.0.0', optional: true, os: ['linux'], cpu: ['x64', 'arm64'] }],
    ['of this system and C library', { version: '1.0.0', optional: true, os: ['linux'], libc: ['glibc'] }],
    ['of another system that is not optional', { version: '1.0.0', os: ['darwin'] }],
  ])('takes no unchecked package %s', (_, entry) => {
    expect(findFaults(lockOf({ 'node_modules/a': entry }), SYSTEM)).toEqual([
      'node_modules/a would be installed unchecked: it has no integrity',
    ]);
  });

  it('names no registry', () => {
    const lock = lockOf({ 'node_modules/a': { version: '1.0.0', integrity, resolved: 'https://example.org/a.tgz' } });
    expect(findFaults(lock, SYSTEM)).toEqual(['node_modules/a names a registry']);
  });

  it('misses optional packages that have no entry where Node would look', () => {
    const wants = { version: '1.0.0', integrity, optionalDependencies: { 'a-darwin': '1.0.0' } };
    const darwin = { version: '1.0.0', optional: true, os: ['darwin'] };
    const at = (path: string): Lockfile => lockOf({ 'node_modules/b/node_modules/a': wants, [path]: darwin });
    for (const path of ['node_modules/a-darwin', 'node_modules/b/node_modules/a-darwin'])
      expect(unlisted(at(path))).toEqual([]);
    expect(unlisted(at('node_modules/c/node_modules/a-darwin'))).toEqual([
      { name: 'a-darwin', range: '1.0.0', by: 'node_modules/b/node_modules/a' },
    ]);
  });

  it('reads npm’s lists of systems, the negative ones too', () => {
    const on = (os: string | string[]): boolean => isFor({ path: '', name: '', entry: { os } }, SYSTEM);
    expect([on([]), on(['linux']), on(['!win32']), on(['!linux']), on(['darwin']), on('linux')]).toEqual([
      true,
      true,
      true,
      false,
      false,
      true,
    ]);
  });

  it('writes an entry as npm does', () => {
    const entry = { engines: {}, os: ['linux'], dev: true, integrity, cpu: 'x64', version: '1.0.0' };
    expect(Object.keys(inNpmOrder(entry))).toEqual(['version', 'integrity', 'cpu', 'dev', 'os', 'engines']);
  });
});
