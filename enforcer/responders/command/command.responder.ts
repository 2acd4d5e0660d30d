/**
 * Blocks with a program of the operator's: started with an argument list and never through a shell, with a fixed environment, killed when it
 * takes too long, its output bounded. Where it can print what it holds, every change is proven, and what somebody else did is mended.
 */
import { formatNetwork, parseNetwork, type Network } from '@netsentinel/kernel/address';
import { findProgram, runProgram, type Command } from '../../program.ts';
import type {
  Availability,
  Change,
  ChangeOutcome,
  Responder,
  ResponderContext,
  ResponderDefinition,
} from '../../responder.types.ts';
import { WantedList } from '../../wanted-list.ts';
import { CommandConfig } from './command.config.ts';
import { fillPlaceholders } from './fill-placeholders.ts';

export const command: ResponderDefinition<CommandConfig> = {
  id: 'command',
  summary: 'Runs a program of your own for each change.',
  config: CommandConfig,
  create: (ctx, config) => new CommandResponder(ctx, config),
};

/** 200,000 networks as text. */
const MAX_LISTED_BYTES = 10 * 1024 * 1024;

class CommandResponder implements Responder {
  readonly id = 'command';
  readonly #ctx: ResponderContext;
  readonly #config: CommandConfig;
  readonly #wanted: WantedList;
  #availability: Availability = { available: false, reason: 'not started', hint: 'Start the enforcer.' };
  #queue: Promise<unknown> = Promise.resolve();
  #cancelCheck: (() => void) | undefined;
  /** Something failed: what is there is not known. */
  #uncertain = false;
  #closed = false;

  constructor(ctx: ResponderContext, config: CommandConfig) {
    this.#ctx = ctx;
    this.#config = config;
    this.#wanted = new WantedList(ctx.clock, ctx.intended);
  }

  availability(): Availability {
    return this.#availability;
  }

  async start(): Promise<Availability> {
    await this.sync();
    this.#checkLater();
    return this.#availability;
  }

  plan(change: Change): readonly string[] {
    return [
      this.#commandOf(change.network, change.kind === 'block' ? change.remainingMs : undefined)
        .join(' ')
        .slice(0, 512),
    ];
  }

  apply(changes: readonly Change[]): Promise<readonly ChangeOutcome[]> {
    return this.#exclusive(async () => {
      if (this.#closed) return changes.map(() => ({ ok: false, reason: 'closed' }));
      this.#wanted.take(changes);
      const texts = [...new Set(changes.map(({ network }) => formatNetwork(network)))];
      const reason = await this.#carryOut(texts);
      if (reason !== undefined) return changes.map(() => ({ ok: false, reason }));
      // In line with other changes: the world shall not change while it is read.
      const there = this.#config.list === undefined ? undefined : await this.#list();
      return changes.map(({ network }) => {
        const text = formatNetwork(network);
        const wanted = this.#wanted.remainingMs(text) !== undefined;
        return { ok: true, verified: Promise.resolve(there === undefined || there.has(text) === wanted) };
      });
    });
  }

  sync(): Promise<Availability> {
    return this.#exclusive(async () => {
      this.#wanted.load();
      await this.#makeEqual();
      return this.#availability;
    });
  }

  clear(): Promise<Availability> {
    return this.#exclusive(async () => {
      this.#wanted.forget();
      await this.#makeEqual();
      return this.#availability;
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelCheck?.();
    await this.#queue;
  }

  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#queue.then(work);
    this.#queue = run.catch(() => {});
    return run;
  }

  #commandOf(network: Network, remainingMs: number | undefined): Command {
    if (remainingMs === undefined) return fillPlaceholders(this.#config.unblock, network);
    const seconds = Math.max(1, Math.ceil(remainingMs / 1000));
    return fillPlaceholders(this.#config.block, network, {
      seconds,
      until: Math.ceil((this.#ctx.clock.now() + remainingMs) / 1000),
    });
  }

  /** Makes each of these what is wanted; answers why not, for the first that failed. */
  async #carryOut(texts: readonly string[]): Promise<string | undefined> {
    const waiting = [...texts];
    let failure: string | undefined;
    const work = async (): Promise<void> => {
      for (let text = waiting.pop(); text !== undefined && failure === undefined; text = waiting.pop()) {
        const network = parseNetwork(text);
        if (network === undefined) continue;
        const result = await this.#run(this.#commandOf(network, this.#wanted.remainingMs(text)));
        if (!result.ok) failure ??= result.reason;
      }
    };
    await Promise.all(Array.from({ length: this.#config.parallel }, work));
    return failure === undefined ? this.#fine() : this.#unavailable(failure);
  }

  /** A program without a path is looked for in the system's folders. */
  #run(command: readonly string[], input?: string): ReturnType<typeof runProgram> {
    const [name = '', ...args] = command;
    const program: Command = name.includes('/') ? [name] : (findProgram(name) ?? [name]);
    return runProgram(program, args, {
      timeoutMs: this.#config.timeoutMs,
      maxOutput: MAX_LISTED_BYTES,
      ...(input === undefined ? {} : { input }),
    });
  }

  /** What is blocked, as `list` prints it; undefined where it fails. Lines that are no network are passed over. */
  async #list(): Promise<Set<string> | undefined> {
    const result = await this.#run(this.#config.list ?? []);
    if (!result.ok) return void this.#unavailable(`list: ${result.reason}`);
    const there = new Set<string>();
    for (const line of result.output.split('\n')) {
      const network = parseNetwork(line.trim());
      if (network !== undefined) there.add(formatNetwork(network));
    }
    return there;
  }

  /** Answers how many were set right; undefined where that failed. */
  async #makeEqual(): Promise<number | undefined> {
    if (this.#config.replace !== undefined) {
      const lines: string[] = [];
      for (const [text, remainingMs] of this.#wanted.all()) lines.push(`${text} ${Math.ceil(remainingMs / 1000)}\n`);
      const result = await this.#run(this.#config.replace, lines.join(''));
      if (!result.ok) return void this.#unavailable(`replace: ${result.reason}`);
      this.#fine();
      return lines.length;
    }
    const there = await this.#list();
    if (there === undefined) return undefined;
    const wrong = this.#differing(there);
    return (await this.#carryOut(wrong)) === undefined ? wrong.length : undefined;
  }

  #differing(there: ReadonlySet<string>): string[] {
    const wanted = [...this.#wanted.all()].map(([text]) => text);
    const missing = wanted.filter((text) => !there.has(text));
    return [...missing, ...[...there].filter((text) => this.#wanted.remainingMs(text) === undefined)];
  }

  #fine(): undefined {
    this.#uncertain = false;
    this.#availability = { available: true, detail: this.#config.block[0]! };
  }

  #unavailable(reason: string): string {
    if (this.#availability.available || this.#availability.reason !== reason)
      this.#ctx.log.error('The command responder is unavailable', { reason });
    this.#uncertain = true;
    this.#availability = {
      available: false,
      reason,
      hint: 'Run the program by hand, as the user of the enforcer and with an empty environment (`env -i`).',
    };
    return reason;
  }

  #checkLater(): void {
    if (this.#closed) return;
    this.#cancelCheck = this.#ctx.clock.after(this.#config.checkMs, () => {
      void this.#exclusive(() => this.#check()).finally(() => this.#checkLater());
    });
  }

  async #check(): Promise<void> {
    const over = this.#wanted.expire();
    if (over.length > 0) await this.#carryOut(over);
    if (this.#uncertain) return void (await this.#makeEqual());
    if (this.#config.list === undefined) return;
    const there = await this.#list();
    if (there === undefined || this.#differing(there).length === 0) return;
    const mended = await this.#makeEqual();
    if (mended !== undefined) this.#ctx.onMended('what is blocked was altered', mended);
  }
}
