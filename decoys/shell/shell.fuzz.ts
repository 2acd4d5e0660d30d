/** Random bytes as a script and as keys on a terminal: nothing may throw, and everything ends within the bounds. */
import { ManualClock } from '@netsentinel/kernel/clock';
import { textOf } from './lang/byte-text.ts';
import { openMachine } from './machine.ts';
import { testPersona } from './shell-session.fixture.ts';
import { Parser } from './lang/parser.ts';
import { ShellSyntaxError } from './lang/syntax-error.ts';

const persona = testPersona(4242);

export async function fuzz(data: Uint8Array): Promise<void> {
  const source = textOf(data.subarray(0, 8192));
  try {
    const parser = new Parser(source);
    for (let list = parser.next(); list !== undefined; list = parser.next());
  } catch (error) {
    if (!(error instanceof ShellSyntaxError)) throw error;
  }
  await run(data, source);
  await run(data, undefined);
}

/** One session; without `command` the bytes are typed. */
async function run(data: Uint8Array, command: string | undefined): Promise<void> {
  const clock = new ManualClock(Date.UTC(2026, 10, 1));
  const machine = openMachine(persona, clock);
  const state = { ended: false };
  let bytes = 0;
  const session = machine.openShell({
    user: 'root',
    client: { ip: '198.51.100.1', port: 4000 },
    server: { ip: '10.0.0.1', port: 22 },
    environment: {},
    ...(command === undefined ? { terminal: { type: 'xterm', columns: 80, rows: 24 } } : { command }),
    output(chunk) {
      bytes += chunk.length;
      if (bytes > 64 * 1024 * 1024) throw new Error('more output than the bounds allow');
      return true;
    },
    exit() {
      state.ended = true;
    },
    observe: () => undefined,
  });
  await turn();
  if (command === undefined) for (let at = 0; at < data.length; at += 64) session.input(data.subarray(at, at + 64));
  session.end();
  for (let i = 0; i < 200 && !state.ended; i++) {
    await turn();
    clock.advance(60_000);
  }
  session.destroy();
  await turn();
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
