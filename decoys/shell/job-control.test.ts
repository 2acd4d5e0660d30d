/** ^Z, `fg`, `bg`, `jobs` and `kill %1` at a terminal. What the screen shows was taken from bash 5.2. */
import { describe, expect, test } from 'vitest';
import { shellOptions, testMachine } from './shell-session.fixture.ts';

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2));

/** Types each text once the one before has had its answer: a prompt, or a program that waits. Prompts are shown as `$ `. */
async function typed(...keys: readonly string[]): Promise<{ screen: string; status: unknown }> {
  let [screen, status]: [string, unknown] = ['', undefined];
  const session = testMachine().openShell(
    shellOptions({
      terminal: { type: 'dumb', columns: 80, rows: 24 },
      output: (chunk) => {
        screen += Buffer.from(chunk).toString();
        return true;
      },
      exit: (ended) => {
        status = ended;
      },
    }),
  );
  const settle = async (): Promise<void> => {
    for (
      let quiet = 0, seen = screen.length;
      quiet < 5 && status === undefined;
      quiet = screen.length === seen ? quiet + 1 : 0
    ) {
      seen = screen.length;
      await pause();
    }
  };
  while (!screen.endsWith('# ')) await pause();
  const from = screen.length;
  for (const each of keys) {
    session.input(Buffer.from(each));
    await settle();
  }
  session.destroy();
  return {
    screen: screen
      .slice(from)
      .replaceAll('\r\n', '\n')
      .replaceAll(/root@[\w-]+:~# /g, '$ '),
    status,
  };
}

const ENTER = '\r';
const Z = '\x1a';

describe('a job that is stopped', () => {
  test('is shown, goes on in the background, comes back and is interrupted', async () => {
    const { screen } = await typed('sleep 100\r', Z, 'echo $?\r', 'jobs\r', 'bg\r', 'jobs\r', 'fg\r', '\x03', 'jobs\r');
    expect(screen).toBe(
      'sleep 100\n^Z\n[1]+  Stopped                 sleep 100\n$ echo $?\n148\n$ jobs\n[1]+  Stopped                 sleep 100\n$ bg\n[1]+ sleep 100 &\n$ jobs\n[1]+  Running                 sleep 100 &\n$ fg\nsleep 100\n^C\n$ jobs\n$ ',
    );
  });

  test('is one of several, the last stopped comes first', async () => {
    const { screen } = await typed(
      'sleep 9\r',
      Z,
      'sleep 8 | cat\r',
      Z,
      'jobs\r',
      'fg %1\r',
      Z,
      'jobs -s\r',
      '%2\r',
      '\x03',
    );
    expect(screen).toContain(
      '$ jobs\n[1]-  Stopped                 sleep 9\n[2]+  Stopped                 sleep 8 | cat\n',
    );
    expect(screen).toContain(
      '$ jobs -s\n[1]+  Stopped                 sleep 9\n[2]-  Stopped                 sleep 8 | cat\n',
    );
    expect(screen).toContain('$ %2\nsleep 8 | cat\n^C\n$ ');
  });

  test('is killed', async () => {
    const { screen } = await typed(
      'sleep 100\r',
      Z,
      'kill %1\r',
      ENTER,
      '(sleep 4; echo x)\r',
      Z,
      'kill -9 %%\r',
      ENTER,
      'fg\r',
    );
    expect(screen).toBe(
      'sleep 100\n^Z\n[1]+  Stopped                 sleep 100\n$ kill %1\n\n[1]+  Stopped                 sleep 100\n$ \n[1]+  Terminated              sleep 100\n$ (sleep 4; echo x)\n^Z\n[1]+  Stopped                 ( sleep 4; echo x )\n$ kill -9 %%\n\n[1]+  Stopped                 ( sleep 4; echo x )\n$ \n[1]+  Killed                  ( sleep 4; echo x )\n$ fg\n-bash: fg: current: no such job\n$ ',
    );
  });

  test('lets the line go on, but not a loop', async () => {
    const { screen } = await typed(
      'sleep 100; echo after\r',
      Z,
      'sleep 5 && echo no\r',
      Z,
      'for i in 1 2; do sleep 3; echo $i; done\r',
      Z,
      'f() { sleep 4; echo done; }; f > /dev/null\r',
      Z,
    );
    expect(screen).toBe(
      'sleep 100; echo after\n^Z\n[1]+  Stopped                 sleep 100\nafter\n$ sleep 5 && echo no\n^Z\n[2]+  Stopped                 sleep 5\n$ for i in 1 2; do sleep 3; echo $i; done\n^Z\n[3]+  Stopped                 sleep 3\n$ f() { sleep 4; echo done; }; f > /dev/null\n^Z\n[4]+  Stopped                 sleep 4\n$ ',
    );
  });

  test('stops again where it would read the terminal, and reads once it is back', async () => {
    const { screen } = await typed('cat\r', Z, 'bg\r', 'fg\r', 'hello\r', '\x04', 'jobs\r');
    expect(screen).toBe(
      'cat\n^Z\n[1]+  Stopped                 cat\n$ bg\n[1]+ cat &\n\n[1]+  Stopped                 cat\n$ fg\ncat\nhello\nhello\n$ jobs\n$ ',
    );
  });

  test('sleeps on while it is stopped, and ends when it may', async () => {
    const { screen } = await typed('sleep 0.01; echo up\r', 'sleep 0.3\r', Z, 'sleep 0.4\r', Z, 'jobs\r', 'fg\r', Z);
    expect(screen).toContain(
      '[1]-  Stopped                 sleep 0.3\n[2]+  Stopped                 sleep 0.4\n$ fg\nsleep 0.4\n',
    );
  });

  test('shows as T in ps, and is heard of by its number', async () => {
    const { screen } = await typed(
      'sleep 100\r',
      Z,
      'ps -o stat,comm | grep sleep\r',
      'kill -CONT $(pidof sleep); jobs\r',
      'kill -STOP $(pidof sleep)\r',
      'kill $(pidof sleep)\r',
      ENTER,
    );
    expect(screen).toContain('\nT    sleep\n');
    expect(screen).toContain('[1]+  Running                 sleep 100 &\n');
    expect(screen).toMatch(
      /\$ kill -STOP [^\n]*\n\n\[1\]\+ {2}Stopped {17}sleep 100\n\$ kill [^\n]*\n[\s\S]*\[1\]\+ {2}Terminated {14}sleep 100\n/,
    );
  });

  test('is warned of at the end, once', async () => {
    const exit = await typed('sleep 100\r', Z, 'exit\r', 'exit 3\r');
    expect(exit).toEqual({
      screen:
        'sleep 100\n^Z\n[1]+  Stopped                 sleep 100\n$ exit\nlogout\nThere are stopped jobs.\n$ exit 3\nlogout\n',
      status: { code: 3 },
    });
    const keys = await typed('sleep 100\r', Z, '\x04', 'jobs\r', '\x04', '\x04');
    expect(keys.screen.match(/There are stopped jobs\./g)).toHaveLength(2);
    expect(keys.status).toBeDefined();
  });

  test('is waited for in vain, and let go of with a warning', async () => {
    const { screen } = await typed('sleep 100\r', Z, 'wait %1\r', 'wait\r', 'disown\r', 'jobs; jobs -q\r');
    expect(screen).toMatch(
      /-bash: warning: wait_for_job: job 1 is stopped\n\$ wait\n\$ disown\n-bash: warning: deleting stopped job 1 with process group \d+\n\$ jobs; jobs -q\n-bash: jobs: -q: invalid option\n/,
    );
  });
});

describe('what cannot be stopped', () => {
  test('is a builtin that reads', async () => {
    expect((await typed('read x\r', Z, 'abc\r', 'echo "<$x>"\r')).screen).toBe(
      'read x\n^Zabc\n$ echo "<$x>"\n<abc>\n$ ',
    );
  });

  test('is what is not there', async () => {
    const { screen } = await typed('fg %7; bg; kill %3; jobs %4\r', 'sleep 9 &\r', 'bg\r', 'kill %1\r');
    expect(screen).toMatch(
      /^fg %7; bg; kill %3; jobs %4\n-bash: fg: %7: no such job\n-bash: bg: current: no such job\n-bash: kill: %3: no such job\n-bash: jobs: %4: no such job\n\$ sleep 9 &\n\[1\] \d+\n\$ bg\n-bash: bg: job 1 already in background\n\$ kill %1\n\[1\]\+ {2}Terminated {14}sleep 9\n\$ $/,
    );
  });
});
