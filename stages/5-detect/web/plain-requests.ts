/**
 * Requests that were looked at before and held nothing. A site is asked for the same few thousand pages again and again, by clients that send no more than a
 * page's name: to know such a name again costs a tenth of looking through it.
 */
import type { WebRequest } from './web-inspection.types.ts';

/** A power of two. */
const SLOTS = 16_384;
const MAX_LENGTH = 160;

export class PlainRequests {
  /** By their hash; a new one takes the place of another. */
  readonly #targets = Array.from({ length: SLOTS }, () => '');
  /** Hashes of those that came once: most names are never asked for again, and to keep each would cost more than it saves. */
  readonly #lately = new Int32Array(SLOTS);
  readonly #isUsualHeader: (name: string, text: string) => boolean;

  /** @param isUsualHeader whether a header's value alone holds nothing */
  constructor(isUsualHeader: (name: string, text: string) => boolean) {
    this.#isUsualHeader = isUsualHeader;
  }

  has(request: WebRequest): boolean {
    const { target } = request;
    return target.length <= MAX_LENGTH && this.#targets[hashOf(target) & LAST] === target && this.#isSimple(request);
  }

  /** @param request in which nothing was found */
  add(request: WebRequest): void {
    const { target } = request;
    if (target.length > MAX_LENGTH || !this.#isSimple(request)) return;
    const hash = hashOf(target);
    const slot = hash & LAST;
    if (this.#lately[slot] !== hash) this.#lately[slot] = hash;
    // A copy: a piece of a log's line would keep the whole line.
    else this.#targets[slot] = Buffer.from(target, 'utf16le').toString('utf16le');
  }

  /** Of no more than a target, so that what holds for it holds for all that name the same. */
  #isSimple({ method, headers, body }: WebRequest): boolean {
    if (method !== 'GET' || (body !== undefined && body.length > 0)) return false;
    for (const name in headers) {
      const value = headers[name];
      if (value === undefined) continue;
      if (typeof value !== 'string' || !SIMPLE.has(name) || !this.#isUsualHeader(name, value)) return false;
    }
    return true;
  }
}

const LAST = SLOTS - 1;

/** Any will do: two that fall together cost a look, no more. */
function hashOf(target: string): number {
  let hash = 0;
  for (let at = 0; at < target.length; at++) hash = Math.imul(hash ^ target.charCodeAt(at), 0x01000193);
  return hash ^ (hash >>> 15);
}

const SIMPLE = new Set(['user-agent', 'referer']);
