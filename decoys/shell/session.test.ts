import { ManualClock, systemClock } from '@netsentinel/kernel/clock';
import { describe, expect, test } from 'vitest';
import { runCommand, shellOptions, testMachine, testPersona } from './shell-session.fixture.ts';
import { fuzz } from './shell.fuzz.ts';
import { openMachine } from './machine.ts';
import type { Machine, ShellObservation, ShellOptions, ShellSession } from './shell.types.ts';

const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

class Terminal {
  screen = '';
  readonly observed: ShellObservation[] = [];
  status: unknown;
  readonly session: ShellSession;

  constructor(machine: Machine, changes: Partial<ShellOptions> = {}) {
    this.session = machine.openShell(
      shellOptions({
        terminal: { type: 'xterm', columns: 80, rows: 24 },
        output: (chunk) => {
          this.screen += Buffer.from(chunk).toString();
          return true;
        },
        exit: (status) => {
          this.status = status;
        },
        observe: (observation) => this.observed.push(observation),
        ...changes,
      }),
    );
  }

  /** Types and waits until the screen shows what is expected. */
  async type(keys: string, until: string | RegExp): Promise<string> {
    const from = this.screen.length;
    this.session.input(Buffer.from(keys));
    await this.shows(until, from);
    return this.screen.slice(from);
  }

  async shows(until: string | RegExp, from = 0): Promise<void> {
    for (let i = 0; i < 2000; i++) {
      const seen = this.screen.slice(from);
      if (typeof until === 'string' ? seen.includes(until) : until.test(seen)) return;
      await pause();
    }
    throw new Error(`never shown: ${String(until)} in ${JSON.stringify(this.screen.slice(from))}`);
  }
}

const PROMPT = /root@[\w-]+:[^ ]*# $/;

describe('a terminal', () => {
  test('greets, prompts, echoes, and logs out', async () => {
    const machine = testMachine();
    const terminal = new Terminal(machine);
    await terminal.shows(PROMPT);
    expect(terminal.screen).toMatch(/^Linux [\w-]+ 6\.1\.0-\d+-amd64 .*x86_64\r\n\r\nThe programs included/);
    expect(terminal.screen).toMatch(
      /\r\nLast login: \w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4} from [\d.]+\r\n\x1b\[\?2004hroot@[\w-]+:~# $/,
    );
    expect(await terminal.type('echo hi\r', PROMPT)).toMatch(/^echo hi\r\n\x1b\[\?2004l\rhi\r\n\x1b\[\?2004hroot@/);
    expect(await terminal.type('nope\r', PROMPT)).toContain('-bash: nope: command not found\r\n');
    await terminal.type('\x04', 'logout\r\n');
    await pause();
    expect(terminal.status).toEqual({ code: 127 });
    expect(terminal.observed).toContainEqual({ kind: 'input', line: 'echo hi' });
    expect(terminal.observed).toContainEqual(
      expect.objectContaining({ kind: 'command', argv: ['nope'], exitCode: 127, known: false }),
    );
    const next = new Terminal(machine);
    await next.shows('from 198.51.100.7');
    next.session.destroy();
  });

  test('edits lines', async () => {
    const terminal = new Terminal(testMachine());
    await terminal.shows(PROMPT);
    expect(await terminal.type('ecko\b\bho hi\r', PROMPT)).toContain('\rhi\r\n');
    expect(await terminal.type('junk\x15echo "b\x01\x05"\r', PROMPT)).toContain('\rb\r\n');
    expect(await terminal.type('\x1b[A\r', PROMPT)).toContain('\rb\r\n');
    expect(await terminal.type('echo one two\x17three\r', PROMPT)).toContain('\rone three\r\n');
    expect(await terminal.type('cat /etc/hostn\t\r', PROMPT)).toContain(`\r${testPersona().hostname}\r\n`);
    expect(await terminal.type('!!\r', PROMPT)).toContain('cat /etc/hostname');
    expect(await terminal.type('\x12thr\r', PROMPT)).toContain('\rone three\r\n');
    expect(await terminal.type('half\x03', PROMPT)).toContain('^C\r\n');
    expect(await terminal.type('\x1b[200~echo pasted\x1b[201~\r', PROMPT)).toContain('\rpasted\r\n');
    expect(await terminal.type('echo a\recho b\r', /\rb\r\n.*# $/s)).toContain('\ra\r\n');
    terminal.session.destroy();
  });

  test('asks for more and reads for programs', async () => {
    const terminal = new Terminal(testMachine());
    await terminal.shows(PROMPT);
    await terminal.type('for i in 1 2\r', '> ');
    await terminal.type('do echo $i$i\r', '> ');
    expect(await terminal.type('done\r', PROMPT)).toContain('11\r\n22\r\n');
    await terminal.type('read -p "name? " n; echo "<$n>"\r', '\rname? ');
    expect(await terminal.type('abx\x7fc\r', PROMPT)).toMatch(/abx[\b] [\b]c\r\n<abc>\r\n/);
    await terminal.type('sleep 1000\r', '2004l');
    await pause();
    expect(await terminal.type('\x03', PROMPT)).toMatch(/^\^C/);
    expect(await terminal.type('echo $?\r', PROMPT)).toContain('\r130\r\n');
    terminal.session.destroy();
  });

  test('survives floods and forgets what is too long', async () => {
    const terminal = new Terminal(testMachine());
    await terminal.shows(PROMPT);
    for (let i = 0; i < 160; i++) terminal.session.input(Buffer.alloc(65_536, 0x1b));
    terminal.session.destroy();
    expect(terminal.status).toBeUndefined();
  });
});

describe('exec', () => {
  test('gives output, errors and status apart', async () => {
    const result = await runCommand(testMachine(), 'echo out; echo err >&2; exit 5');
    expect(result).toMatchObject({ stdout: 'out\n', stderr: 'err\n', status: { code: 5 } });
  });

  test('tells what was written and started', async () => {
    const result = await runCommand(
      testMachine(),
      'echo payload > /tmp/x.sh; chmod +x /tmp/x.sh; printf "\\x7fELF\\x02\\x01\\x01\\0\\0\\0\\0\\0\\0\\0\\0\\0\\x02\\0\\x3e\\0" > /tmp/bot; chmod 755 /tmp/bot; /tmp/bot -d; printf "\\x7fELF\\x01\\x01\\x01\\0\\0\\0\\0\\0\\0\\0\\0\\0\\x02\\0\\x28\\0" > /tmp/arm; chmod 755 /tmp/arm; /tmp/arm',
    );
    expect(result.observed).toContainEqual({
      kind: 'file',
      path: '/tmp/x.sh',
      content: new TextEncoder().encode('payload\n'),
      how: 'redirect',
    });
    expect(result.observed).toContainEqual({ kind: 'execute', path: '/tmp/bot', argv: ['/tmp/bot', '-d'] });
    expect(result.stderr).toBe('bash: line 1: /tmp/arm: cannot execute binary file: Exec format error\n');
    expect(result.status).toEqual({ code: 126 });
  });

  test('runs scripts from standard input and from files', async () => {
    const machine = testMachine();
    const piped = await runCommand(machine, 'bash -s a1', {}, 'x=5\necho $x $1\nif true\nthen echo yes\nfi\n');
    expect(piped.stdout).toBe('5 a1\nyes\n');
    const file = await runCommand(
      machine,
      "printf '#!/bin/sh\\necho $0 $#\\nnope\\n' > /tmp/s; chmod +x /tmp/s; /tmp/s 1 2",
    );
    expect(file).toMatchObject({ stdout: '/tmp/s 2\n', stderr: '/tmp/s: 3: nope: not found\n', status: { code: 127 } });
  });

  test('waits for background jobs in the decoy’s clock', async () => {
    const clock = new ManualClock();
    const done = runCommand(testMachine(clock), 'sleep 30 & wait $!; echo done');
    for (let i = 0; i < 20; i++) {
      await pause();
      clock.advance(5000);
    }
    expect((await done).stdout).toBe('done\n');
  });

  test('a login without a shell is told so', async () => {
    expect(await runCommand(testMachine(), 'id', { user: 'www-data' })).toMatchObject({ status: { code: 1 } });
  });

  test('ends on signals', async () => {
    const machine = testMachine();
    const status = await new Promise((resolve) => {
      const session = machine.openShell(shellOptions({ command: 'sleep 1000', exit: resolve }));
      setImmediate(() => session.signal('TERM'));
    });
    expect(status).toEqual({ signal: 'TERM' });
  });

  test('waits while the other side is slow', async () => {
    let seen = '';
    const session = testMachine().openShell(
      shellOptions({
        command: 'echo 1; echo 2',
        output: (chunk) => {
          seen += Buffer.from(chunk).toString();
          return false;
        },
      }),
    );
    for (let i = 0; i < 10; i++) await pause();
    expect(seen).toBe('1\n');
    session.resume();
    for (let i = 0; i < 10; i++) await pause();
    expect(seen).toBe('1\n2\n');
    session.destroy();
  });
});

describe('bounds', () => {
  const bounded = async (command: string): Promise<string[]> => {
    const result = await runCommand(testMachine(), command);
    return result.observed.flatMap((item) => (item.kind === 'bounded' ? [item.what] : []));
  };

  test.each([
    ['loops', 'while :; do :; done', 'steps'],
    ['forks', ':(){ :|:& };:; sleep 1', 'processes'],
    ['recursion', 'f(){ f; }; f', 'depth'],
    ['memory', 'x=a; while :; do x=$x$x; done', 'memory'],
    ['long lines', `echo ${'a'.repeat(10 * 1024 * 1024)}`, 'line'],
    ['braces', 'echo {1..99999}{1..99999}', 'steps'],
  ])('%s', async (_, command, what) => {
    expect(
      (await bounded(command)).some(
        (item) => item === what || item === 'steps' || item === 'arguments' || item === 'processor time',
      ),
    ).toBe(true);
  });

  test('a fork bomb ends with bash’s words', async () => {
    const result = await runCommand(testMachine(), ':(){ :|:& };:; sleep 1');
    expect(result.stderr).toContain('bash: fork: retry: Resource temporarily unavailable\n');
  });

  test('a terminal lives on after a bound', async () => {
    const terminal = new Terminal(testMachine());
    await terminal.shows(PROMPT);
    expect(await terminal.type('while :; do :; done\r', PROMPT)).toContain('Killed');
    expect(await terminal.type('echo ok\r', PROMPT)).toContain('\rok\r\n');
    terminal.session.destroy();
  });
});

test('random text and keys never throw', async () => {
  const words = [
    'echo',
    '"',
    "'",
    '$(',
    ')',
    '${x',
    '}',
    '`',
    '|',
    '&&',
    ';',
    '\n',
    'if',
    'then',
    'fi',
    '<<E',
    '>',
    '/tmp/f',
    '((',
    '))',
    '[[',
    ']]',
    'for',
    'in',
    'do',
    'done',
    '*',
    '\\',
    '\x03',
    '\x04',
    '\t',
    '\x1b[A',
    '{a,b}',
    'case',
    'esac',
    '&',
    '$((1/0))',
    '!!',
    'x=(1',
    'read y',
    '\xff',
    'function f {',
    '~',
  ];
  let state = 12_345;
  const next = (): number => (state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff) >> 8;
  for (let round = 0; round < 40; round++) {
    let source = '';
    for (let i = next() % 24; i >= 0; i--) source += words[next() % words.length]! + (next() % 2 === 0 ? ' ' : '');
    await expect(fuzz(Buffer.from(source, 'latin1'))).resolves.toBeUndefined();
  }
});

test('a machine nobody changed is small', () => {
  const persona = testPersona(3);
  openMachine(persona, systemClock);
  const machines: Machine[] = [];
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < 2000; i++) machines.push(openMachine(persona, systemClock));
  expect((process.memoryUsage().heapUsed - before) / machines.length).toBeLessThan(2048);
});
