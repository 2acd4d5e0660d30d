/**
 * Starting runs Node's module loader hot: it looks up hundreds of files. V8 would compile it for speed, and the compilers alone are 8 MB of
 * code that a process which then waits for work has no use for. So a process starts with a high bar for what is worth compiling, and takes
 * V8's own once it is ready.
 */
import { setFlagsFromString } from 'node:v8';

/** More calls than a start makes of anything. */
const AT_START = 200_000;

/** Calls until V8 compiles a function, as it counts by itself. */
export const V8_COUNTS: Readonly<Record<string, number>> = {
  'invocation-count-for-early-optimization': 30,
  'invocation-count-for-maglev': 400,
  'invocation-count-for-maglev-osr': 100,
  'invocation-count-for-osr': 500,
  'invocation-count-for-turbofan': 3000,
};

/** Node's options for a process that calls `compileFromNow` when it is ready. */
export const COMPILE_LATER: readonly string[] = Object.keys(V8_COUNTS).map((name) => `--${name}=${AT_START}`);

/** V8's own bar from now on; nothing in a Node that was not started with `COMPILE_LATER`. */
export function compileFromNow(): void {
  if (!COMPILE_LATER.every((option) => process.execArgv.includes(option))) return;
  for (const [name, count] of Object.entries(V8_COUNTS)) setFlagsFromString(`--${name}=${count}`);
}
