/**
 * Refuses requests in nginx by a file that its configuration includes in a `geo` block. The file is replaced as a whole; reloads are held
 * apart, since each starts new workers, and all that came meanwhile goes with the next. nginx ends no block by itself: we look each second.
 * While the enforcer is down, blocks in the file outlast their time until it is back.
 */
import { formatNetwork } from '@netsentinel/kernel/address';
import { ListFile } from '../../list-file.ts';
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
import { NginxMapConfig } from './nginx-map.config.ts';

export const nginxMap: ResponderDefinition<NginxMapConfig> = {
  id: 'nginx-map',
  summary: 'Refuses requests in nginx, by a file for its `geo` block.',
  config: NginxMapConfig,
  create: (ctx, config) => new NginxMapResponder(ctx, config),
};

const HEAD =
  '# Written by NetSentinel; changes here are undone. For: geo $netsentinel_blocked { default 0; include THIS; }\n';

class NginxMapResponder implements Responder {
  readonly id = 'nginx-map';
  readonly #ctx: ResponderContext;
  readonly #config: NginxMapConfig;
  readonly #wanted: WantedList;
  readonly #file: ListFile;
  #availability: Availability = { available: false, reason: 'not started', hint: 'Start the enforcer.' };
  #queue: Promise<unknown> = Promise.resolve();
  #reloadedAt = -Infinity;
  /** The file is newer than what nginx has read. */
  #unread = false;
  #cancelCheck: (() => void) | undefined;
  readonly #waits = new Set<() => void>();
  #closed = false;

  constructor(ctx: ResponderContext, config: NginxMapConfig) {
    this.#ctx = ctx;
    this.#config = config;
    this.#wanted = new WantedList(ctx.clock, ctx.intended);
    this.#file = new ListFile(config.file);
  }

  availability(): Availability {
    return this.#availability;
  }

  async start(): Promise<Availability> {
    await this.sync();
    this.#checkLater();
    return this.#availability;
  }

  plan({ kind, network }: Change): readonly string[] {
    const line = `${formatNetwork(network)} 1;`;
    const reload = this.#reloadCommand()?.join(' ') ?? 'nginx -s reload';
    return [
      `${kind === 'block' ? 'add to' : 'take from'} ${this.#config.file}: ${line}`.slice(0, 512),
      reload.slice(0, 512),
    ];
  }

  apply(changes: readonly Change[]): Promise<readonly ChangeOutcome[]> {
    return this.#exclusive(async () => {
      if (this.#closed) return changes.map(() => ({ ok: false, reason: 'closed' }));
      this.#wanted.take(changes);
      const reason = await this.#publish();
      if (reason !== undefined) return changes.map(() => ({ ok: false, reason }));
      const verified = Promise.resolve(this.#file.isAsWritten());
      return changes.map(() => ({ ok: true, verified }));
    });
  }

  sync(): Promise<Availability> {
    return this.#exclusive(async () => {
      this.#wanted.load();
      await this.#publish();
      return this.#availability;
    });
  }

  clear(): Promise<Availability> {
    return this.#exclusive(async () => {
      // The file stays, empty: without it nginx would not start.
      this.#wanted.forget();
      await this.#publish();
      return this.#availability;
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelCheck?.();
    for (const end of this.#waits) end();
    await this.#queue;
  }

  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#queue.then(work);
    this.#queue = run.catch(() => {});
    return run;
  }

  #reloadCommand(): Command | undefined {
    const [program, ...rest] = this.#config.reload;
    if (program !== undefined) return [program, ...rest];
    const nginx = findProgram('nginx');
    return nginx === undefined ? undefined : [...nginx, '-s', 'reload'];
  }

  /** Writes the file and has it read; answers why not, where that fails. */
  async #publish(): Promise<string | undefined> {
    const command = this.#reloadCommand();
    if (command === undefined)
      return this.#unavailable(
        'the program nginx was found in none of the system folders',
        'Install nginx, or say in `reload` how it is reloaded.',
      );
    this.#wanted.expire();
    const lines = [HEAD];
    for (const [network] of this.#wanted.all()) lines.push(`${network} 1;\n`);
    this.#unread = true;
    try {
      this.#file.write(lines.join(''));
    } catch (error) {
      return this.#unavailable(
        `the file cannot be written: ${(error as Error).message}`,
        'See that its folder exists and the enforcer may write there.',
      );
    }
    await this.#untilReload();
    if (this.#closed) return 'closed';
    this.#reloadedAt = this.#ctx.clock.monotonicMs();
    const result = await runProgram(command, [], { timeoutMs: this.#config.timeoutMs });
    if (!result.ok)
      return this.#unavailable(
        `nginx was not reloaded: ${result.reason}`,
        'See that nginx runs, and what `nginx -t` says.',
      );
    this.#unread = false;
    this.#availability = { available: true, detail: `${this.#config.file}, read by nginx` };
    return undefined;
  }

  #untilReload(): Promise<void> {
    const waitMs = this.#reloadedAt + this.#config.reloadEveryMs - this.#ctx.clock.monotonicMs();
    if (waitMs <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        this.#waits.delete(end);
        resolve();
      };
      const cancel = this.#ctx.clock.after(waitMs, end);
      this.#waits.add(end);
    });
  }

  #unavailable(reason: string, hint: string): string {
    if (this.#availability.available || this.#availability.reason !== reason)
      this.#ctx.log.error('The nginx responder is unavailable', { reason });
    this.#availability = { available: false, reason, hint };
    return reason;
  }

  #checkLater(): void {
    if (this.#closed) return;
    this.#cancelCheck = this.#ctx.clock.after(this.#config.checkMs, () => {
      void this.#exclusive(() => this.#check()).finally(() => this.#checkLater());
    });
  }

  async #check(): Promise<void> {
    const over = this.#wanted.expire().length > 0;
    const touched = !this.#file.isUntouched();
    if (!over && !touched && !this.#unread) return;
    const failed = await this.#publish();
    if (touched && failed === undefined) this.#ctx.onMended(`${this.#config.file} was altered`, this.#wanted.size);
  }
}
