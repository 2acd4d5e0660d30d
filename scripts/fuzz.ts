/**
 * Fuzzing: every `*.fuzz.ts` of the tree exports `fuzz(data)` and may export `seeds`. `npm run fuzz -- [--seconds N] [--target NAME]` mutates the
 * seeds and what was found before; an input on which a target throws (or takes over a second of processor) is kept in `fuzz-findings/` beside it. CI replays
 * those (`--replay`) and runs 3 s a target.
 */
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const home = join(dirname(fileURLToPath(import.meta.url)), '..');
const SLOW_MS = 1000;
const MAX_INPUT = 64 * 1024;
const RUNS = [
  ' ',
  '\t',
  'a',
  '0',
  '(',
  '[',
  '"',
  "'",
  '\\',
  ':',
  ',',
  '=',
  '%',
  '/',
  '.',
  'a ',
  'a=',
  '::',
  '-',
  '<',
  '{',
];

interface Target {
  fuzz(data: Uint8Array): unknown;
  readonly seeds?: readonly Uint8Array[];
}

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    target: { type: 'string' },
    replay: { type: 'boolean', default: false },
    seed: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
let state = Number(values.seed ?? Date.now() % 2 ** 31) >>> 0 || 1;
let failed = 0;

const files = globSync('{kernel,stages,decoys,enforcer,surface,apps}/**/*.fuzz.ts', {
  cwd: home,
  exclude: (path) => path.includes('node_modules'),
}).sort();
for (const file of files) {
  const name = basename(file, '.fuzz.ts');
  if (values.target !== undefined && values.target !== name) continue;
  const target = (await import(pathToFileURL(join(home, file)).href)) as Target;
  const folder = join(home, dirname(file), 'fuzz-findings');
  const found = existsSync(folder)
    ? readdirSync(folder)
        .filter((f) => f.startsWith(`${name}-`))
        .map((f) => new Uint8Array(readFileSync(join(folder, f))))
    : [];
  const startedWith = state;
  for (const data of found) await attempt(target, data, folder, name);
  let runs = found.length;
  if (!values.replay) {
    const corpus: Uint8Array[] = [...(target.seeds ?? []), ...found, new Uint8Array()];
    const until = performance.now() + seconds * 1000;
    while (performance.now() < until) {
      const data = mutate(corpus[random(corpus.length)]!, corpus);
      await attempt(target, data, folder, name);
      if (corpus.length < 512 && random(50) === 0) corpus.push(data);
      runs++;
    }
  }
  process.stdout.write(`${name}: ${runs} inputs (${found.length} found before), seed ${startedWith}\n`);
}
process.exit(failed === 0 ? 0 : 1);

async function attempt(target: Target, data: Uint8Array, folder: string, name: string): Promise<void> {
  let reason: string | undefined;
  try {
    let took = await timed(target, data);
    // The first time, our code is compiled as well.
    if (took > SLOW_MS) took = await timed(target, data);
    if (took > SLOW_MS) reason = `took ${Math.round(took)} ms of processor`;
  } catch (error) {
    reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  if (reason === undefined) return;
  failed++;
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}-${createHash('sha256').update(data).digest('hex').slice(0, 12)}`);
  writeFileSync(file, data);
  process.stderr.write(`${name}: kept ${file}\n  ${reason}\n`);
}

async function timed(target: Target, data: Uint8Array): Promise<number> {
  const started = processorMs();
  await target.fuzz(data);
  return processorMs() - started;
}

/** Of this thread: another program on the machine makes no input slow. */
function processorMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** xorshift32: the same seed finds the same inputs again. */
function random(below: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  state >>>= 0;
  return state % Math.max(1, below);
}

function mutate(data: Uint8Array, corpus: readonly Uint8Array[]): Uint8Array {
  let out = Uint8Array.from(data);
  for (let i = 0, n = 1 + random(6); i < n; i++) {
    const at = random(out.length + 1);
    switch (random(8)) {
      case 0:
        if (out.length > 0) out[at % out.length]! ^= 1 << random(8);
        break;
      case 1:
        if (out.length > 0) out[at % out.length] = random(256);
        break;
      case 2:
        out = splice(
          out,
          at,
          0,
          Uint8Array.from({ length: 1 + random(32) }, () => random(256)),
        );
        break;
      case 3:
        out = splice(out, at, random(32), new Uint8Array());
        break;
      case 4: {
        const other = corpus[random(corpus.length)]!;
        const from = random(other.length + 1);
        out = splice(out, at, random(16), other.subarray(from, from + random(256)));
        break;
      }
      case 5: {
        // Lengths are where parsers break.
        const value = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff][random(9)]!;
        const field = new Uint8Array(4);
        new DataView(field.buffer).setUint32(0, value);
        out = splice(out, at, 4, field);
        break;
      }
      case 6: {
        // Where a pattern tries again at every place, a long run of what it waits for shows it.
        const unit = Buffer.from(random(3) === 0 ? out.slice(at, at + 1 + random(4)) : RUNS[random(RUNS.length)]!);
        if (unit.length > 0) out = splice(out, at, 0, Buffer.alloc(unit.length * random(8192), unit));
        break;
      }
      default: {
        const from = random(out.length + 1);
        out = splice(out, at, 0, out.slice(from, from + random(512)));
      }
    }
  }
  return out.subarray(0, MAX_INPUT);
}

function splice(
  data: Uint8Array<ArrayBuffer>,
  at: number,
  remove: number,
  insert: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const rest = data.subarray(Math.min(data.length, at + remove));
  const out = new Uint8Array(at + insert.length + rest.length);
  out.set(data.subarray(0, at));
  out.set(insert, at);
  out.set(rest, at + insert.length);
  return out;
}
