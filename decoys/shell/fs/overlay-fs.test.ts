import { ManualClock } from '@netsentinel/kernel/clock';
import { describe, expect, test } from 'vitest';
import { openMachine } from '../machine.ts';
import { testPersona } from '../shell-session.fixture.ts';
import { FS_LIMITS } from './overlay-tree.ts';

const root = { uid: 0, gid: 0, groups: [0] };
const user = { uid: 1000, gid: 1000, groups: [1000] };
const persona = testPersona(5);
const clock = new ManualClock(Date.UTC(2026, 10, 20));
const open = (snapshot?: Uint8Array) => openMachine(persona, clock, snapshot);
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const failed = (error: string): { ok: false; error: string } => ({ ok: false, error });

describe('the installed system', () => {
  const { fs } = open();

  test('has Debian paths', () => {
    expect(fs.readlink('/bin', root)).toEqual({ ok: true, value: 'usr/bin' });
    expect(fs.realpath('/bin/sh', root)).toEqual({ ok: true, value: '/usr/bin/dash' });
    expect(fs.stat('/etc/shadow', root)).toMatchObject({ ok: true, value: { mode: 0o640, gid: 42, type: 'file' } });
    expect(fs.stat('/tmp', root)).toMatchObject({ ok: true, value: { mode: 0o1777 } });
  });

  test('makes contents on demand, of the size that it says', () => {
    for (const path of [
      '/etc/passwd',
      '/etc/hostname',
      '/usr/bin/ls',
      '/var/log/auth.log',
      '/etc/nginx/nginx.conf',
      '/var/lib/dpkg/status',
    ]) {
      const stat = fs.stat(path, root);
      const read = fs.read(path, root);
      if (!stat.ok || !read.ok || !(Math.min(stat.value.size, 1_048_576) === read.value.length)) throw new Error(path);
      expect(read.value.length).toBeGreaterThan(0);
    }
    const ls = fs.read('/usr/bin/ls', root, 0, 20);
    expect(ls.ok && [...ls.value.subarray(0, 5), ls.value[18]]).toEqual([0x7f, 0x45, 0x4c, 0x46, 2, 0x3e]);
  });

  test('has the kernel’s files', () => {
    for (const path of [
      '/proc/cpuinfo',
      '/proc/meminfo',
      '/proc/uptime',
      '/proc/mounts',
      '/proc/self/status',
      '/proc/1/cmdline',
      '/proc/net/dev',
      '/proc/version',
      '/proc/loadavg',
      '/proc/stat',
    ]) {
      const read = fs.read(path, root);
      expect({ path, filled: read.ok && read.value.length > 0 }).toEqual({ path, filled: true });
    }
    expect(fs.write('/proc/new', text('x'), root).ok).toBe(false);
    expect(fs.unlink('/proc/version', root)).toEqual(failed('EPERM'));
  });
});

describe('permissions', () => {
  test('hold for others than root', () => {
    const { fs } = open();
    expect(fs.read('/etc/shadow', user)).toEqual(failed('EACCES'));
    expect(fs.list('/root', user)).toEqual(failed('EACCES'));
    expect(fs.write('/etc/x', text('x'), user)).toEqual(failed('EACCES'));
    expect(fs.write('/tmp/mine', text('x'), user)).toEqual({ ok: true, value: 1 });
    expect(fs.chown('/tmp/mine', 0, 0, user)).toEqual(failed('EPERM'));
    expect(fs.chmod('/etc/passwd', 0o777, user)).toEqual(failed('EPERM'));
    fs.write('/tmp/roots', text('x'), root);
    expect(fs.unlink('/tmp/roots', user)).toEqual(failed('EPERM'));
    expect(fs.rename('/tmp/roots', '/tmp/other', user)).toEqual(failed('EPERM'));
  });
});

describe('changes', () => {
  test('are seen by this machine alone', () => {
    const [one, two] = [open(), open()];
    one.fs.write('/etc/motd', text('changed'), root);
    expect(one.fs.stat('/etc/motd', root)).toMatchObject({ value: { size: 7 } });
    expect(two.fs.stat('/etc/motd', root)).not.toMatchObject({ value: { size: 7 } });
    expect(one.revision).toBeGreaterThan(0);
    expect(two.revision).toBe(0);
  });

  test('offset, append, truncate, exclusive', () => {
    const { fs } = open();
    fs.write('/tmp/f', text('hello'), root);
    fs.write('/tmp/f', text('XY'), root, { offset: 7 });
    fs.write('/tmp/f', text('!'), root, { append: true });
    const read = fs.read('/tmp/f', root);
    expect(read.ok && Buffer.from(read.value).toString()).toBe('hello\0\0XY!');
    fs.truncate('/tmp/f', 3, root);
    expect(fs.stat('/tmp/f', root)).toMatchObject({ value: { size: 3 } });
    expect(fs.write('/tmp/f', text(''), root, { exclusive: true })).toEqual(failed('EEXIST'));
  });

  test('rename replaces what may be replaced', () => {
    const { fs } = open();
    fs.mkdir('/tmp/a', root);
    fs.mkdir('/tmp/b', root);
    fs.write('/tmp/b/x', text('x'), root);
    fs.write('/tmp/f', text('f'), root);
    expect(fs.rename('/tmp/a', '/tmp/b', root)).toEqual(failed('ENOTEMPTY'));
    expect(fs.rename('/tmp/f', '/tmp/a', root)).toEqual(failed('EISDIR'));
    expect(fs.rename('/tmp/a', '/tmp/f', root)).toEqual(failed('ENOTDIR'));
    expect(fs.rename('/tmp/b', '/tmp/b/inside', root)).toEqual(failed('EINVAL'));
    expect(fs.rename('/etc/nginx', '/tmp/a', root).ok).toBe(true);
    expect(fs.stat('/etc/nginx', root)).toEqual(failed('ENOENT'));
    const moved = fs.read('/tmp/a/nginx.conf', root);
    expect(moved.ok && moved.value.length > 100).toBe(true);
    expect(fs.rename('/tmp/f', '/tmp/b/x', root).ok).toBe(true);
  });

  test('links count and loop', () => {
    const { fs } = open();
    fs.symlink('/tmp/two', '/tmp/one', root);
    fs.symlink('/tmp/one', '/tmp/two', root);
    expect(fs.stat('/tmp/one', root)).toEqual(failed('ELOOP'));
    fs.write('/tmp/f', text('x'), root);
    fs.link('/tmp/f', '/tmp/g', root);
    expect(fs.stat('/tmp/g', root)).toMatchObject({ value: { nlink: 2 } });
    fs.unlink('/tmp/f', root);
    expect(fs.stat('/tmp/g', root)).toMatchObject({ value: { nlink: 1 } });
    expect(fs.rmdir('/etc', root)).toEqual(failed('ENOTEMPTY'));
    expect(fs.mkdir('/tmp', root)).toEqual(failed('EEXIST'));
    expect(fs.readlink('/tmp/g', root)).toEqual(failed('EINVAL'));
    expect(fs.stat(`/${'x'.repeat(300)}`, root)).toEqual(failed('ENAMETOOLONG'));
    expect(fs.stat('/etc/passwd/x', root)).toEqual(failed('ENOTDIR'));
  });

  test('end at the quota', () => {
    const { fs } = open();
    expect(fs.write('/tmp/big', new Uint8Array(FS_LIMITS.maxBytes + 1), root)).toEqual(failed('ENOSPC'));
    let made = 0;
    while (made < FS_LIMITS.maxEntries + 10 && fs.mkdir(`/tmp/d${made}`, root).ok) made++;
    expect(made).toBeLessThan(FS_LIMITS.maxEntries);
    expect(fs.usage.bytes).toBeLessThanOrEqual(FS_LIMITS.maxBytes);
  });
});

describe('a snapshot', () => {
  test('brings back files, folders, links, removals and moves', () => {
    const first = open();
    first.fs.mkdir('/opt/kit', root);
    first.fs.write('/opt/kit/run.sh', text('#!/bin/sh\n'), root, { mode: 0o755 });
    first.fs.symlink('run.sh', '/opt/kit/link', root);
    first.fs.unlink('/etc/motd', root);
    first.fs.rename('/etc/nginx', '/opt/nginx', root);
    first.fs.chmod('/etc/shadow', 0o666, root);
    const { fs } = open(first.snapshot());
    expect(fs.stat('/opt/kit/run.sh', root)).toMatchObject({ value: { mode: 0o755, size: 10 } });
    expect(fs.readlink('/opt/kit/link', root)).toEqual({ ok: true, value: 'run.sh' });
    expect(fs.stat('/etc/motd', root)).toEqual(failed('ENOENT'));
    expect(fs.stat('/opt/nginx/nginx.conf', root).ok).toBe(true);
    expect(fs.stat('/etc/nginx', root)).toEqual(failed('ENOENT'));
    expect(fs.stat('/etc/shadow', root)).toMatchObject({ value: { mode: 0o666 } });
  });

  test('leaves the largest contents out when it is too big', () => {
    const first = open();
    const noise = Buffer.concat(
      Array.from({ length: 40 }, (_, at) => Buffer.from(persona.derive(`noise ${at}`, 50_000))),
    );
    first.fs.write('/tmp/noise', noise, root);
    first.fs.write('/tmp/small', text('kept'), root);
    const snapshot = first.snapshot();
    expect(snapshot.length).toBeLessThanOrEqual(1024 * 1024);
    const { fs } = open(snapshot);
    expect(fs.read('/tmp/small', root)).toEqual({ ok: true, value: text('kept') });
    expect(fs.stat('/tmp/noise', root)).toMatchObject({ ok: true });
  });

  test('that is damaged or hostile restores nothing', () => {
    const first = open();
    first.fs.write('/tmp/x', text('x'), root);
    const good = first.snapshot();
    for (let i = 0; i < good.length; i++) {
      const bad = good.slice();
      bad[i] = bad[i]! ^ 0xff;
      expect(() => open(bad)).not.toThrow();
    }
    expect(open(new Uint8Array(2_000_000)).fs.usage.entries).toBe(0);
    expect(open(text('NSFS1\n["/x"]')).fs.usage.entries).toBe(0);
  });
});
