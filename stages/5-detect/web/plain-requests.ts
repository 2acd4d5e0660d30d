/**
 * Requests that were looked at before and held nothing. A site is asked for the same few thousand pages again and again, by clients that send no more than a
 * page's name: to know such a name again costs a tenth of looking through it.
 */
import type { WebRequest } from './web-inspection.types.ts';

/** Forgotten all at once where there are more: the common ones are soon known again. */
const MAX_TARGETS = 16_384;
const MAX_LENGTH = 160;

export class PlainRequests {
  readonly #targets = new Set<string>();
  readonly #isUsualHeader: (name: string, text: string) => boolean;

  /** @param isUsualHeader whether a header's value alone holds nothing */
  constructor(isUsualHeader: (name: string, text: string) => boolean) {
    this.#isUsualHeader = isUsualHeader;
  }

  has(request: WebRequest): boolean {
    return this.#targets.has(request.target) && this.#isSimple(request);
  }

  /** @param request in which nothing was found */
  add(request: WebRequest): void {
    if (request.target.length > MAX_LENGTH || !this.#isSimple(request)) return;
    if (this.#targets.size >= MAX_TARGETS) this.#targets.clear();
    this.#targets.add(request.target);
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

const SIMPLE = new Set(['user-agent', 'referer']);
