/** Sessions of one machine at once: one process table, one set of terminals, one record of logins. */
import { ManualClock } from '@netsentinel/kernel/clock';
import { expect, test } from 'vitest';
import { runCommand, shellOptions, testMachine } from './shell-session.fixture.ts';
import type { Machine, ShellSession } from './shell.types.ts';

const terminal = { type: 'dumb', columns: 120, rows: 24 };
const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A shell on a terminal of its own, whose screen is read. */
class Visitor {
  screen = '';
  status: unknown;
  readonly session: ShellSession;

  constructor(machine: Machine, ip: string, user = 'root') {
    this.session = machine.openShell(
      shellOptions({
        user,
        terminal,
        client: { ip, port: 50_000 },
        output: (chunk) => {
          this.screen += Buffer.from(chunk).toString();
          return true;
        },
        exit: (status) => {
          this.status = status;
        },
      }),
    );
  }

  /** What a line shows, up to the next prompt or until the program waits. */
  async type(line: string): Promise<string> {
    while (!/[#$] $/.test(this.screen)) await pause();
    const from = this.screen.length;
    this.session.input(Buffer.from(`${line}\r`));
    for (let turn = 0; turn < 300; turn += 1) await pause();
    return this.screen.slice(from).replaceAll('\r\n', '\n').split('\n').slice(1, -1).join('\n');
  }
}

test('see each other in ps, w, who, tty and kill', async () => {
  const machine = testMachine();
  const first = new Visitor(machine, '198.51.100.7');
  const second = new Visitor(machine, '203.0.113.9');
  expect([await first.type('tty'), await second.type('tty; echo $SSH_TTY')]).toEqual([
    '/dev/pts/0',
    '/dev/pts/1\n/dev/pts/1',
  ]);
  await first.type('sleep 4321');
  expect(await second.type('ps -ef | grep [4]321')).toMatch(/^root +\d+ +\d+ .* pts\/0 .* sleep 4321$/);
  expect(await second.type('who | grep pts')).toMatch(
    /^root +pts\/0 .*\(198\.51\.100\.7\)\nroot +pts\/1 .*\(203\.0\.113\.9\)$/,
  );
  expect(await second.type('w -h | grep pts')).toMatch(/pts\/0 +198\.51\.100\.7[^\n]*\n[^\n]*pts\/1 +203\.0\.113\.9/);
  expect(await second.type('ps')).toMatch(/^ +PID TTY +TIME CMD\n +\d+ pts\/1 [^\n]* bash\n +\d+ pts\/1 [^\n]* ps$/);
  expect(await second.type('pkill -9 -t pts/0 || kill -9 $(ps -ef | awk "/pts.0.*-bash/ {print \\$2}")')).toBe('');
  expect(first.status).toEqual({ signal: 'KILL' });
  expect(await second.type('who | grep -c pts')).toBe('1');
  second.session.destroy();
});

test('take numbers from one row, each once, and give terminals back', async () => {
  const machine = testMachine();
  const pids = await Promise.all(Array.from({ length: 4 }, () => runCommand(machine, 'echo $$; sh -c "echo \\$\\$"')));
  const seen = pids.flatMap(({ stdout }) => stdout.trim().split('\n'));
  expect(new Set(seen).size).toBe(8);
  const [a, b] = [new Visitor(machine, '192.0.2.1'), new Visitor(machine, '192.0.2.2')];
  a.session.destroy();
  const c = new Visitor(machine, '192.0.2.3');
  expect(await c.type('tty')).toBe('/dev/pts/0');
  expect((await runCommand(machine, 'ps -ef | grep -c [s]shd:.*@')).stdout).toBe('3\n');
  b.session.destroy();
  c.session.destroy();
  expect((await runCommand(machine, 'ps -ef | grep -c [s]shd:.*@')).stdout).toBe('1\n');
});

test('are remembered in last, the latest first and not without end', async () => {
  const clock = new ManualClock();
  const machine = testMachine(clock);
  for (let visit = 0; visit < 80; visit += 1) {
    const session = machine.openShell(shellOptions({ terminal, client: { ip: `192.0.2.${visit}`, port: 1 } }));
    clock.advance(90_000);
    session.destroy();
    session.destroy();
  }
  const { stdout } = await runCommand(machine, 'last');
  const mine = stdout.split('\n').filter((line) => line.includes(' 192.0.2.'));
  expect(mine[0]).toMatch(/^root {5}pts\/0 {8}192\.0\.2\.79 .* - \d\d:\d\d {2}\(00:01\)$/);
  expect(mine).toHaveLength(64);
  expect((await runCommand(machine, 'last -n 3 | head -3')).stdout.split('\n')).toHaveLength(4);
});

test('keep their histories apart, and share what was there before', async () => {
  const machine = testMachine();
  const first = new Visitor(machine, '198.51.100.7');
  const second = new Visitor(machine, '203.0.113.9');
  const before = await first.type('history | wc -l');
  await first.type('echo only here');
  expect(Number(before)).toBeGreaterThan(1);
  expect(await second.type('history | wc -l; history | grep -c only.here')).toBe(`${before}\n1`);
  expect(await first.type('history -c; history')).toBe('');
});
