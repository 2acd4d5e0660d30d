/**
 * Reads the standard input of `netsentinel up`. A pipe cannot be read twice: what was read and is not on the platform's disk when the collector
 * dies is gone. Where that matters, let the program write to a file and follow that.
 */
import type { Readable } from 'node:stream';
import type { Collector, CollectorContext, CollectorDefinition } from '@netsentinel/contracts/collector';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { chooseFormat, SAMPLE_BYTES, type Choice } from '../choose-format.ts';
import { RecordFeed } from '../record-feed.ts';
import { StdinConfig } from './stdin.config.ts';

/** A record that further lines may join waits so long for them, and the first lines for more that say what they are. */
const SETTLE_MS = 40;
const PATIENCE_MS = 500;

export const stdinCollector: CollectorDefinition<StdinConfig> = {
  id: 'stdin',
  summary: 'Reads what is piped into `netsentinel up`.',
  stability: 'experimental',
  config: StdinConfig,
  needs: () => ({ stdin: true }),
  create: (ctx, config) => new Stdin(ctx, config),
};

class Stdin implements Collector {
  readonly #ctx: CollectorContext;
  readonly #config: StdinConfig;
  readonly #input: Readable;
  #feed: RecordFeed | undefined;
  #held: Buffer = Buffer.alloc(0);
  #isEnded = false;
  #closed = false;
  #cancelIdle: (() => void) | undefined;
  /** Pieces are worked off one after another. */
  #work = Promise.resolve();

  constructor(ctx: CollectorContext, config: StdinConfig) {
    if (ctx.stdin === undefined)
      throw new NetSentinelError('COLLECTOR_NO_STDIN', 'bug', 'no standard input was handed over');
    this.#ctx = ctx;
    this.#config = config;
    this.#input = ctx.stdin;
  }

  start(): Promise<void> {
    this.#input.on('data', (piece: Buffer) => {
      this.#input.pause();
      this.#then(async () => {
        await this.#take(piece);
        this.#input.resume();
      });
    });
    this.#input.on('end', () => this.#then(() => this.#end()));
    this.#input.on('error', () => this.#then(() => this.#end()));
    return Promise.resolve();
  }

  status(): ReturnType<Collector['status']> {
    const waits = this.#feed === undefined && this.#held.length > 0;
    const problems = this.#isEnded
      ? ['the standard input has ended']
      : waits
        ? ['more lines are needed to recognise the format']
        : [];
    return { sources: this.#isEnded ? 0 : 1, lagBytes: this.#held.length, dropped: 0, problems };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelIdle?.();
    this.#input.pause();
    await this.#work;
  }

  #then(work: () => Promise<void>): void {
    this.#work = this.#work.then(() => (this.#closed ? undefined : work()));
  }

  async #take(piece: Buffer): Promise<void> {
    if (this.#feed === undefined) {
      this.#held = Buffer.concat([this.#held, piece]);
      await this.#begin(true);
    } else await this.#feed.push(piece, () => this.#closed);
    this.#cancelIdle?.();
    this.#cancelIdle = this.#ctx.clock.after(this.#feed === undefined ? PATIENCE_MS : SETTLE_MS, () =>
      this.#then(async () => {
        if (this.#feed === undefined) await this.#begin(false);
        this.#feed?.settle();
      }),
    );
  }

  async #begin(isPatient: boolean): Promise<void> {
    const { formats } = this.#ctx;
    const { format } = this.#config;
    const choice: Choice | undefined =
      format === undefined
        ? await chooseFormat(formats, this.#held.subarray(0, SAMPLE_BYTES), { isPatient })
        : { definition: await formats.named(format), json: undefined };
    if (choice === undefined) return;
    const delivery = this.#ctx.open(this.#ctx.newEpoch(), { trusted: true });
    this.#feed = new RecordFeed({ ctx: this.#ctx, delivery, ...choice, base: 0, silentTo: 0 });
    const held = this.#held;
    this.#held = Buffer.alloc(0);
    await this.#feed.push(held, () => this.#closed);
  }

  async #end(): Promise<void> {
    this.#cancelIdle?.();
    if (this.#feed === undefined && this.#held.length > 0) {
      this.#held = Buffer.concat([this.#held, Buffer.from('\n')]);
      await this.#begin(false);
    }
    this.#feed?.end();
    this.#isEnded = true;
  }
}
