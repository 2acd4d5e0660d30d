import type { Clock } from '@netsentinel/contracts/clock';
import { systemClock } from '@netsentinel/kernel/clock';
import { connectSsh } from '@netsentinel/testkit/ssh-client/ssh-client';
import { createSshHarness } from '@netsentinel/testkit/ssh-harness';
import { expect, it } from 'vitest';
import { sshDecoy } from './ssh.decoy.ts';

/** Time without waiting, and the timers that nobody has cancelled. */
function hurriedClock(): { readonly clock: Clock; readonly pending: Set<symbol> } {
  const pending = new Set<symbol>();
  const clock: Clock = {
    now: () => systemClock.now(),
    monotonicMs: () => systemClock.monotonicMs(),
    after(delayMs, callback) {
      const id = Symbol('timer');
      pending.add(id);
      // What takes seconds is a delay of the login; a minute and more is a bound, and shall not pass.
      const cancel = systemClock.after(delayMs < 60_000 ? 0 : delayMs, () => {
        pending.delete(id);
        callback();
      });
      return () => {
        pending.delete(id);
        cancel();
      };
    },
  };
  return { clock, pending };
}

it('is let in by its defaults, serves a shell, tells the story and leaves nothing behind', async () => {
  const { clock, pending } = hurriedClock();
  const harness = createSshHarness({ definition: sshDecoy, clock });
  const client = await connectSsh({
    host: '127.0.0.1',
    port: await harness.listen(),
    user: 'root',
    // By default one of the second to fourth tries succeeds.
    password: ['guess one', 'guess two', 'guess three', 'guess four'],
  });
  expect(client.serverVersion).toBe('SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10');
  expect(client.attempts).toBeGreaterThan(1);
  const shell = await client.shell();
  await shell.waitFor('# ');
  shell.write('a=sha; head -c4 /etc/${a}dow\n');
  await shell.waitFor('root');
  expect(await client.run('cat /etc/debian_version')).toMatchObject({
    stdout: expect.stringMatching(/^12\.\d+\n$/),
    code: 0,
  });
  expect(harness.decoy.connections).toBe(1);
  await harness.close();
  await client.closed;

  expect(harness.decoy.connections).toBe(0);
  expect([...pending]).toEqual([]);
  expect(harness.failures).toEqual([]);
  const told = harness.events.map((event) => event.event.action);
  expect(told.filter((action) => action === 'ssh-login')).toHaveLength(client.attempts);
  expect(told.filter((action) => action !== 'ssh-login')).toEqual([
    'ssh-connect',
    'ssh-client',
    'ssh-session',
    'ssh-command',
    'ssh-program',
    'ssh-session',
    'ssh-command',
    'ssh-disconnect',
  ]);
  // What the line hid, and nothing of the line that hid nothing.
  expect(harness.events.find((event) => event.event.action === 'ssh-program')!.process).toEqual({
    args: ['head', '-c4', '/etc/shadow'],
    args_count: 3,
    exit_code: 0,
    working_directory: '/root',
  });
});

it('takes nothing more once it is closed', async () => {
  const harness = createSshHarness({ definition: sshDecoy });
  const port = await harness.listen();
  await harness.decoy.close();
  await expect(connectSsh({ host: '127.0.0.1', port, user: 'root', password: 'x' })).rejects.toThrow(
    /closed|ECONNRESET|hung up/i,
  );
  expect(harness.events).toEqual([]);
  await harness.close();
});
