/**
 * The watcher's first stage and the kernel: what its sockets let through and count, and what whoever takes the process over could still do with them. In a network of the
 * test's own.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNetworkLab, namespacesUnavailable, type NetworkLab } from '@netsentinel/testkit/netns';

const DRILL = join(import.meta.dirname, 'drill.fixture.ts');

describe.skipIf(namespacesUnavailable() !== undefined)('packet sockets', () => {
  let lab: NetworkLab;
  beforeAll(() => {
    lab = createNetworkLab();
  });
  afterAll(() => lab.destroy());

  const drill = (what: string): unknown => {
    const [command, ...args] = [
      ...lab.inDefender,
      process.execPath,
      '--disable-warning=ExperimentalWarning',
      DRILL,
      what,
    ];
    const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 30_000 });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return JSON.parse(stdout);
  };

  it('cannot be sent with, nor can another be opened, once sending is given up', () => {
    // Without it all of this works, or the test would show nothing.
    expect(drill('before')).toEqual({
      sendto: 'sent',
      write: 'ENXIO',
      bind: 'done',
      socket: 'done',
      refilter: 'EPERM',
    });
    expect(drill('after')).toEqual({
      sendto: 'EPERM',
      write: 'ENXIO',
      bind: 'EPERM',
      socket: 'EPERM',
      refilter: 'EPERM',
    });
  });

  it('are read many packets at a time, and what there is no room for is counted', () => {
    const { read, counted, dropped } = drill('flood') as { read: number; counted: number; dropped: number };
    expect(read).toBeGreaterThan(64);
    expect(dropped).toBeGreaterThan(0);
    // The kernel counts both.
    expect(counted).toBe(read + dropped);
  });
});
