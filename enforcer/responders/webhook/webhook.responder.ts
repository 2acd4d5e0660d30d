/**
 * Hands blocks to a program of the operator's by signed HTTP posts (`README.md` says which). What it does with them cannot be seen from here:
 * a change counts as done when the receiver says so, and it is asked now and then whether it still has the list.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Clock } from '@netsentinel/contracts/clock';
import { formatNetwork } from '@netsentinel/kernel/address';
import { post, type Posting } from '@netsentinel/kernel/http-post';
import { signWebhook } from '@netsentinel/kernel/webhook-signature';
import { HeldListResponder } from '../../held-list/held-list-responder.ts';
import type { HolderFailure, HolderLook, HolderResult, ListHolder, Wanted } from '../../held-list/list-holder.types.ts';
import { Pauses } from '../../pauses.ts';
import type { Change, ResponderDefinition } from '../../responder.types.ts';
import { WebhookConfig } from './webhook.config.ts';

export const webhook: ResponderDefinition<WebhookConfig> = {
  id: 'webhook',
  summary: 'Posts each change, signed, to a program of your own.',
  config: WebhookConfig,
  create: (ctx, config) =>
    new HeldListResponder('webhook', ctx, new WebhookReceiver(ctx.clock, config), {
      checkMs: Math.min(EXPIRE_MS, config.checkMs),
      retryMs: config.checkMs,
    }),
};

/** Most networks in one post. */
const SLICE = 1000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** Between two looks for blocks that are over. */
const EXPIRE_MS = 1000;

class WebhookReceiver implements ListHolder {
  readonly detail: string;
  readonly #clock: Clock;
  readonly #config: WebhookConfig;
  readonly #pauses: Pauses;
  #askedAt = 0;

  constructor(clock: Clock, config: WebhookConfig) {
    this.#clock = clock;
    this.#config = config;
    this.#pauses = new Pauses(clock);
    this.detail = new URL(config.url).origin;
  }

  plan({ kind, network }: Change): readonly string[] {
    return [`POST ${this.detail}: ${kind} ${formatNetwork(network)}`.slice(0, 512)];
  }

  async replace(wanted: Wanted): Promise<HolderResult> {
    const blocks = [...wanted.all()].map(([network, remainingMs]) => this.#block(network, remainingMs));
    const list = randomBytes(9).toString('base64url');
    const parts = Math.max(1, Math.ceil(blocks.length / SLICE));
    this.#askedAt = this.#clock.monotonicMs();
    for (let part = 1; part <= parts; part++) {
      const block = blocks.slice((part - 1) * SLICE, part * SLICE);
      const result = await this.#deliver({ event: 'list', list, part, parts, block });
      if (!result.ok) return result;
    }
    return { ok: true };
  }

  async change(networks: readonly string[], wanted: Wanted): Promise<HolderResult> {
    for (let at = 0; at < networks.length; at += SLICE) {
      const result = await this.#deliver(this.#change(networks.slice(at, at + SLICE), wanted));
      if (!result.ok) return result;
    }
    return { ok: true };
  }

  /** The receiver's word is all there is. */
  seen(networks: readonly string[]): Promise<readonly boolean[]> {
    return Promise.resolve(networks.map(() => true));
  }

  /** Asks, now and then, whether it still has the list. */
  async look(wanted: Wanted): Promise<HolderLook> {
    if (this.#clock.monotonicMs() - this.#askedAt < this.#config.checkMs) return { ok: true };
    this.#askedAt = this.#clock.monotonicMs();
    const networks = [...wanted.all()].map(([network]) => network).toSorted();
    const digest = createHash('sha256')
      .update(networks.map((network) => `${network}\n`).join(''))
      .digest('hex');
    const outcome = await this.#post(newId(), bodyOf({ event: 'check', count: networks.length, digest }));
    if (outcome.ok) return { ok: true };
    if (!outcome.answer.startsWith('HTTP 409')) return failure(outcome.answer);
    return { ok: true, altered: { what: 'the receiver held another list', entries: networks.length } };
  }

  close(): void {
    this.#pauses.end();
  }

  #block(network: string, remainingMs: number): { readonly network: string; readonly until: number } {
    return { network, until: Math.round(this.#clock.now() + remainingMs) };
  }

  #change(networks: readonly string[], wanted: Wanted): object {
    const block: object[] = [];
    const unblock: string[] = [];
    for (const network of networks) {
      const remainingMs = wanted.remainingMs(network);
      if (remainingMs === undefined) unblock.push(network);
      else block.push(this.#block(network, remainingMs));
    }
    return { event: 'change', block, unblock };
  }

  /** Posts until it is taken, or given up. */
  async #deliver(event: object): Promise<HolderResult> {
    const id = newId();
    const body = bodyOf(event);
    for (let attempt = 1; ; attempt++) {
      if (this.#pauses.ended) return failure('closed');
      const outcome = await this.#post(id, body);
      if (outcome.ok) return { ok: true };
      if (!outcome.retry || attempt >= this.#config.attempts) return failure(outcome.answer);
      await this.#pauses.wait(Math.min(LONGEST_PAUSE_MS, outcome.retryAfterMs ?? FIRST_PAUSE_MS * 2 ** (attempt - 1)));
    }
  }

  #post(id: string, body: string): ReturnType<typeof post> {
    const { url, secretFile, caFile, timeoutMs, allowPrivate } = this.#config;
    const timestamp = String(Math.floor(this.#clock.now() / 1000));
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
}

function newId(): string {
  return `msg_${randomBytes(15).toString('base64url')}`;
}

function bodyOf(event: object): string {
  return JSON.stringify({ format: 1, ...event });
}

function failure(reason: string): HolderFailure {
  return {
    ok: false,
    reason,
    hint: 'See that the receiver runs and takes posts from here; its own log says why it refused one.',
  };
}
