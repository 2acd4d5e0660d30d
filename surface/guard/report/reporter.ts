/**
 * Tells the platform what guard sees: batches of JSON lines posted to its HTTP collector. A request never waits for it; what does not fit into the
 * queue is not told, and counted. A batch that may have arrived is sent again under the same key, so it is kept once.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { GuardLog } from '../guard.types.ts';

export interface ReportOptions {
  /** `http://127.0.0.1:8090/ingest`: the platform's HTTP collector. */
  readonly url: string;
  /** One of the collector's `tokens`. */
  readonly token: string;
  /** `findings`: what was refused or looks like an attack; `all`: every request. Default `findings`. */
  readonly what?: 'findings' | 'all';
  /** Most lines that wait. Default 10000. */
  readonly maxWaiting?: number;
}

export interface ReportStatus {
  readonly sent: number;
  readonly waiting: number;
  /** Never told: the queue was full, or the platform refused them. */
  readonly lost: number;
}

interface Waiting {
  readonly text: string;
  readonly actor: string;
}

const BATCH_LINES = 500;
const BATCH_BYTES = 1024 * 1024;
const GATHER_MS = 250;
const TIMEOUT_MS = 10_000;
const RETRY_MS = [500, 1_000, 5_000, 15_000];
/** Bytes of all lines that wait. */
const MAX_WAITING_BYTES = 32 * 1024 * 1024;
/** One client has no more than this part of the queue, so that nobody hides what others do behind a flood; but always some lines. */
const SHARE = 1 / 8;
const MIN_LINES = 100;

export class Reporter {
  readonly what: 'findings' | 'all';
  readonly #url: string;
  readonly #token: string;
  readonly #maxWaiting: number;
  readonly #log: GuardLog;
  #lines: Waiting[] = [];
  /** Of each client that has lines in the queue. */
  readonly #held = new Map<string, { lines: number; bytes: number }>();
  #bytes = 0;
  #sent = 0;
  #lost = 0;
  #underWay = 0;
  #sending: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #tries = 0;
  #isClosed = false;
  readonly #closing = new AbortController();

  constructor({ url, token, what = 'findings', maxWaiting = 10_000 }: ReportOptions, log: GuardLog) {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
      throw new NetSentinelError('GUARD_OPTIONS', 'user', 'report.url is no address of a web server');
    if (!/^[\x21-\x7e]{1,256}$/.test(token))
      throw new NetSentinelError('GUARD_OPTIONS', 'user', 'report.token is missing');
    this.what = what;
    this.#url = url;
    this.#token = token;
    this.#maxWaiting = maxWaiting;
    this.#log = log;
  }

  /** @param actor whose request it is about */
  add(text: string, actor = ''): void {
    const held = this.#held.get(actor) ?? { lines: 0, bytes: 0 };
    const isFull = this.#lines.length >= this.#maxWaiting || this.#bytes + text.length > MAX_WAITING_BYTES;
    const isShareFull =
      held.lines >= Math.max(MIN_LINES, this.#maxWaiting * SHARE) ||
      held.bytes + text.length > MAX_WAITING_BYTES * SHARE;
    if (this.#isClosed || isFull || isShareFull) {
      this.#lost++;
      return;
    }
    this.#lines.push({ text, actor });
    this.#bytes += text.length;
    held.lines++;
    held.bytes += text.length;
    this.#held.set(actor, held);
    if (this.#sending === undefined) this.#sendIn(this.#lines.length >= BATCH_LINES ? 0 : GATHER_MS);
  }

  status(): ReportStatus {
    return { sent: this.#sent, waiting: this.#lines.length + this.#underWay, lost: this.#lost };
  }

  /** Sends what waits, for at most `timeoutMs`; what is left then is lost. */
  async close(timeoutMs = 2_000): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    const late = setTimeout(() => this.#closing.abort(), timeoutMs);
    if (this.#tries === 0 || this.#sending !== undefined) {
      await this.#sending;
      while (this.#lines.length > 0 && !this.#closing.signal.aborted) await this.#send();
    }
    clearTimeout(late);
    this.#lost += this.#lines.length;
    this.#lines = [];
  }

  #sendIn(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#sending = this.#send().finally(() => {
        this.#sending = undefined;
        if (this.#lines.length > 0 && !this.#isClosed) this.#sendIn(0);
      });
    }, delayMs);
    this.#timer.unref();
  }

  /** One batch, until it is kept, refused, or guard is closed. */
  async #send(): Promise<void> {
    const batch = this.#take();
    if (batch.length === 0) return;
    this.#underWay = batch.length;
    const key = randomUUID();
    let hasArrived = false;
    for (;;) {
      const answer = await this.#post(batch.join('\n'), key);
      if (answer === 'kept' || answer === 'refused') {
        hasArrived = answer === 'kept';
        break;
      }
      this.#tries++;
      if (this.#isClosed || !(await this.#wait(RETRY_MS[Math.min(this.#tries, RETRY_MS.length) - 1]!))) break;
    }
    this.#underWay = 0;
    if (hasArrived) {
      if (this.#tries > 0) this.#log('info', 'the platform takes reports again', { lost: this.#lost });
      this.#tries = 0;
      this.#sent += batch.length;
    } else this.#lost += batch.length;
  }

  #take(): string[] {
    let bytes = 0;
    let count = 0;
    while (count < this.#lines.length && count < BATCH_LINES && bytes < BATCH_BYTES) {
      const { text, actor } = this.#lines[count++]!;
      bytes += text.length;
      const held = this.#held.get(actor)!;
      held.bytes -= text.length;
      if (--held.lines === 0) this.#held.delete(actor);
    }
    this.#bytes -= bytes;
    return this.#lines.splice(0, count).map(({ text }) => text);
  }

  async #post(body: string, key: string): Promise<'kept' | 'refused' | 'again'> {
    try {
      const response = await fetch(`${this.#url}${this.#url.includes('?') ? '&' : '?'}format=ecs`, {
        method: 'POST',
        body,
        redirect: 'error',
        headers: {
          authorization: `Bearer ${this.#token}`,
          'content-type': 'application/x-ndjson',
          'idempotency-key': key,
        },
        signal: AbortSignal.any([this.#closing.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      await response.body?.cancel();
      if (response.ok) return 'kept';
      this.#complain(`the platform answered ${response.status}`);
      // A wrong token may be put right; a batch that cannot be read will never be.
      return response.status < 500 && ![401, 403, 408, 409, 425, 429].includes(response.status) ? 'refused' : 'again';
    } catch (error) {
      this.#complain(
        (error as Error).cause instanceof Error ? ((error as Error).cause as Error).message : String(error),
      );
      return 'again';
    }
  }

  #complain(why: string): void {
    if (this.#tries === 0 && !this.#closing.signal.aborted)
      this.#log('warn', 'the platform does not take reports', { why });
  }

  /** False where guard was closed meanwhile. */
  async #wait(ms: number): Promise<boolean> {
    await delay(ms, undefined, { signal: this.#closing.signal, ref: false }).catch(() => undefined);
    return !this.#closing.signal.aborted;
  }
}
