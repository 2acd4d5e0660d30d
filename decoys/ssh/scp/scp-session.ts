/**
 * The far end of `scp -O`: `scp -t` (it receives) and `scp -f` (it sends), as OpenSSH 9.2's scp plays them, on the decoy's file system.
 * The protocol has no specification; its records are
 *
 *     T<mtime> 0 <atime> 0\n    times of what follows (-p)
 *     C<mode> <size> <name>\n   a file, then its bytes and a zero byte
 *     D<mode> 0 <name>\n … E\n  a folder (-r)
 *
 * each answered with a zero byte, or with a byte 1 (go on) or 2 (give up) and a line of text.
 */
import type { FileSystem, FsUser, ShellObservation } from '../../shell/shell.types.ts';
import { parseScpArguments } from './scp-arguments.ts';
import { receive } from './scp-sink.ts';
import { send } from './scp-source.ts';
import { ScpExit, type ScpContext, type ScpTurn } from './scp.types.ts';

export interface ScpOptions {
  readonly fs: FileSystem;
  readonly user: FsUser & { readonly name: string; readonly home: string };
  /** `scp` and its arguments, after the shell has had its way with them. */
  readonly argv: readonly string[];
  /** Answers false when the other side is slow: nothing more is sent until `resume()`. */
  send(chunk: Uint8Array): boolean | void;
  /** What `-v` says. */
  sendError?(chunk: Uint8Array): void;
  observe(observation: ShellObservation): void;
  /** Called once, at the end. */
  exit(code: number): void;
}

/** More than this waiting while nothing is read is none that a window would have let through. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

export class ScpSession {
  readonly #options: ScpOptions;
  readonly #turns: Generator<ScpTurn, number>;
  #waitsFor: ScpTurn = 'input';
  #input: Buffer[] = [];
  #waiting = 0;
  #ended = false;
  #over = false;

  constructor(options: ScpOptions) {
    this.#options = options;
    this.#turns = this.#run();
    this.#step();
  }

  input(chunk: Uint8Array): void {
    if (this.#over) return;
    if (this.#waiting + chunk.length > MAX_WAITING_BYTES) return this.#finish(1);
    this.#input.push(Buffer.from(chunk));
    this.#waiting += chunk.length;
    if (this.#waitsFor === 'input') this.#step();
  }

  end(): void {
    this.#ended = true;
    if (this.#waitsFor === 'input') this.#step();
  }

  resume(): void {
    if (this.#waitsFor === 'output') this.#step();
  }

  #step(): void {
    if (this.#over) return;
    try {
      const next = this.#turns.next();
      if (next.done === true) return this.#finish(next.value);
      this.#waitsFor = next.value;
    } catch (error) {
      if (!(error instanceof ScpExit)) throw error;
      this.#finish(error.code);
    }
  }

  #finish(code: number): void {
    if (this.#over) return;
    this.#over = true;
    this.#input = [];
    this.#options.exit(code);
  }

  *#run(): Generator<ScpTurn, number> {
    const parsed = parseScpArguments(this.#options.argv);
    const context = this.#context(parsed.flags);
    if (parsed.mode === 'sink') yield* receive(context, parsed.paths, true);
    else if (parsed.mode === 'source') {
      yield* context.response();
      yield* send(context, parsed.paths);
    } else return 1;
    return context.errors > 0 ? 1 : 0;
  }

  #context(flags: ScpContext['flags']): ScpContext {
    const options = this.#options;
    const { fs, user } = options;
    const take = (max: number) => this.#take(max);
    const context: ScpContext = {
      fs,
      user,
      flags,
      errors: 0,
      observe: (observation) => options.observe(observation),
      *write(chunk) {
        const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
        if (options.send(bytes) === false) yield 'output';
      },
      *read(max) {
        return yield* take(max);
      },
      verbose: (text) => {
        if (flags.verbose) options.sendError?.(Buffer.from(text));
      },
      *error(text) {
        context.errors++;
        yield* context.write(`\x01scp: ${text}\n`);
      },
      *response() {
        const first = (yield* take(1))?.[0];
        if (first === undefined) throw new ScpExit(1);
        if (first === 0) return true;
        for (let length = 0; length < MAX_RESPONSE; length++) {
          const byte = (yield* take(1))?.[0];
          if (byte === undefined) throw new ScpExit(1);
          if (byte === NEWLINE) break;
        }
        context.errors++;
        if (first !== 1) throw new ScpExit(1);
        return false;
      },
    };
    return context;
  }

  /** At least one byte and at most `max`, or undefined at the end of input. */
  *#take(max: number): Generator<ScpTurn, Buffer | undefined> {
    while (this.#waiting === 0) {
      if (this.#ended) return undefined;
      yield 'input';
    }
    const first = this.#input[0]!;
    const taken = first.subarray(0, max);
    if (taken.length === first.length) this.#input.shift();
    else this.#input[0] = first.subarray(taken.length);
    this.#waiting -= taken.length;
    return taken;
  }
}

const NEWLINE = 10;
const MAX_RESPONSE = 2048;
