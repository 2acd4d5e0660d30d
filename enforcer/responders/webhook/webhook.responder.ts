/**
 * Hands blocks to a program of the operator's by signed HTTP posts (`README.md` says which). What it does with them cannot be seen from here:
 * a change counts as done when the receiver says so, and it is asked now and then whether it still has the list.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { formatNetwork } from '@netsentinel/kernel/address';
import { post, type Posting } from '@netsentinel/kernel/http-post';
import { signWebhook } from '@netsentinel/kernel/webhook-signature';
import type {
  Availability,
  Change,
  ChangeOutcome,
  Responder,
  ResponderContext,
  ResponderDefinition,
} from '../../responder.types.ts';
import { WantedList } from '../../wanted-list.ts';
import { WebhookConfig } from './webhook.config.ts';

export const webhook: ResponderDefinition<WebhookConfig> = {
  id: 'webhook',
  summary: 'Posts each change, signed, to a program of your own.',
  config: WebhookConfig,
  create: (ctx, config) => new WebhookResponder(ctx, config),
};

/** Most networks in one post. */
const SLICE = 1000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** Between two looks for blocks that are over. */
const EXPIRE_MS = 1000;

class WebhookResponder implements Responder {
  readonly id = 'webhook';
  readonly #ctx: ResponderContext;
  readonly #config: WebhookConfig;
  readonly #wanted: WantedList;
  #availability: Availability = { available: false, reason: 'not started', hint: 'Start the enforcer.' };
  #queue: Promise<unknown> = Promise.resolve();
  #checkedAt = 0;
  #cancelLook: (() => void) | undefined;
  readonly #pauses = new Set<() => void>();
  #closed = false;

  constructor(ctx: ResponderContext, config: WebhookConfig) {
    this.#ctx = ctx;
    this.#config = config;
    this.#wanted = new WantedList(ctx.clock, ctx.intended);
  }

  availability(): Availability {
    return this.#availability;
  }

  async start(): Promise<Availability> {
    await this.sync();
    this.#lookLater();
    return this.#availability;
  }

  plan({ kind, network }: Change): readonly string[] {
    return [`POST ${new URL(this.#config.url).origin}: ${kind} ${formatNetwork(network)}`.slice(0, 512)];
  }

  apply(changes: readonly Change[]): Promise<readonly ChangeOutcome[]> {
    return this.#exclusive(async () => {
      this.#wanted.take(changes);
      const texts = [...new Set(changes.map(({ network }) => formatNetwork(network)))];
      for (let at = 0; at < texts.length; at += SLICE) {
        const reason = await this.#deliver(this.#change(texts.slice(at, at + SLICE)));
        if (reason !== undefined) return changes.map(() => ({ ok: false, reason }));
      }
      return changes.map(() => ({ ok: true, verified: Promise.resolve(true) }));
    });
  }

  sync(): Promise<Availability> {
    return this.#exclusive(async () => {
      this.#wanted.load();
      await this.#sendList();
      return this.#availability;
    });
  }

  clear(): Promise<Availability> {
    return this.#exclusive(async () => {
      this.#wanted.forget();
      await this.#sendList();
      return this.#availability;
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelLook?.();
    for (const end of this.#pauses) end();
    await this.#queue;
  }

  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#queue.then(work);
    this.#queue = run.catch(() => {});
    return run;
  }

  #block(network: string, remainingMs: number): { readonly network: string; readonly until: number } {
    return { network, until: Math.round(this.#ctx.clock.now() + remainingMs) };
  }

  #change(texts: readonly string[]): object {
    const block: object[] = [];
    const unblock: string[] = [];
    for (const text of texts) {
      const remainingMs = this.#wanted.remainingMs(text);
      if (remainingMs === undefined) unblock.push(text);
      else block.push(this.#block(text, remainingMs));
    }
    return { event: 'change', block, unblock };
  }

  async #sendList(): Promise<string | undefined> {
    const blocks = [...this.#wanted.all()].map(([text, remainingMs]) => this.#block(text, remainingMs));
    const list = randomBytes(9).toString('base64url');
    const parts = Math.max(1, Math.ceil(blocks.length / SLICE));
    this.#checkedAt = this.#ctx.clock.monotonicMs();
    for (let part = 1; part <= parts; part++) {
      const block = blocks.slice((part - 1) * SLICE, part * SLICE);
      const reason = await this.#deliver({ event: 'list', list, part, parts, block });
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  /** Posts until it is taken, or given up; answers why. */
  async #deliver(event: object): Promise<string | undefined> {
    const id = `msg_${randomBytes(15).toString('base64url')}`;
    const body = JSON.stringify({ format: 1, ...event });
    for (let attempt = 1; ; attempt++) {
      if (this.#closed) return 'closed';
      const outcome = await this.#post(id, body);
      if (outcome.ok) {
        this.#availability = { available: true, detail: new URL(this.#config.url).origin };
        return undefined;
      }
      if (!outcome.retry || attempt >= this.#config.attempts) return this.#unavailable(outcome.answer);
      await this.#pause(Math.min(LONGEST_PAUSE_MS, outcome.retryAfterMs ?? FIRST_PAUSE_MS * 2 ** (attempt - 1)));
    }
  }

  #post(id: string, body: string): ReturnType<typeof post> {
    const { url, secretFile, caFile, timeoutMs, allowPrivate } = this.#config;
    const timestamp = String(Math.floor(this.#ctx.clock.now() / 1000));
    let posting: Posting;
    try {
      // Read each time: a key may be changed while we run.
      const secret = secretFile === undefined ? undefined : readFileSync(secretFile, 'utf8').trim();
      posting = {
        url,
        body,
        timeoutMs,
        allowPrivate,
        headers: {
          'webhook-id': id,
          'webhook-timestamp': timestamp,
          ...(secret === undefined ? {} : { 'webhook-signature': signWebhook(secret, id, timestamp, body) }),
        },
        ...(caFile === undefined ? {} : { ca: { value: readFileSync(caFile, 'utf8') } }),
      };
    } catch (error) {
      return Promise.resolve({ ok: false, answer: (error as Error).message, retry: false });
    }
    return post(posting);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        this.#pauses.delete(end);
        resolve();
      };
      const cancel = this.#ctx.clock.after(ms, end);
      this.#pauses.add(end);
    });
  }

  #unavailable(reason: string): string {
    if (this.#availability.available || this.#availability.reason !== reason)
      this.#ctx.log.error('The webhook responder is unavailable', { reason });
    this.#availability = {
      available: false,
      reason,
      hint: 'See that the receiver runs and takes posts from here; its own log says why it refused one.',
    };
    return reason;
  }

  #lookLater(): void {
    if (this.#closed) return;
    this.#cancelLook = this.#ctx.clock.after(Math.min(EXPIRE_MS, this.#config.checkMs), () => {
      void this.#exclusive(() => this.#look()).finally(() => this.#lookLater());
    });
  }

  async #look(): Promise<void> {
    const over = this.#wanted.expire();
    for (let at = 0; at < over.length; at += SLICE) await this.#deliver(this.#change(over.slice(at, at + SLICE)));
    if (this.#ctx.clock.monotonicMs() - this.#checkedAt < this.#config.checkMs) return;
    this.#checkedAt = this.#ctx.clock.monotonicMs();
    // A receiver that was away may have missed anything.
    if (!this.#availability.available) return void (await this.#sendList());
    const texts = [...this.#wanted.all()].map(([text]) => text).toSorted();
    const digest = createHash('sha256')
      .update(texts.map((text) => `${text}\n`).join(''))
      .digest('hex');
    const body = JSON.stringify({ format: 1, event: 'check', count: texts.length, digest });
    const outcome = await this.#post(`msg_${randomBytes(15).toString('base64url')}`, body);
    if (outcome.ok) return;
    if (!outcome.answer.startsWith('HTTP 409')) return void this.#unavailable(outcome.answer);
    if ((await this.#sendList()) === undefined) this.#ctx.onMended('the receiver held another list', texts.length);
  }
}
