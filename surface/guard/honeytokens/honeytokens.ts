/**
 * Decoys in the application itself: paths that nobody links to, and form fields that nobody sees. Whoever asks for one or fills one in was looking
 * for what is not theirs, or is no person; it is told, and their address is blocked for a while.
 */
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { Answer, GuardRequest, RequestHeaders } from '../guard.types.ts';
import { routePath } from '../route-path.ts';
import { fieldsOf } from './form-fields.ts';
import { loginPage } from './login-page.ts';

export interface HoneytokenOptions {
  /** Paths of decoys. A text is answered with a login page that lets nobody in. */
  readonly paths?: readonly (string | DecoyPage)[];
  /** Names of form fields that people leave empty because they do not see them; `guard.decoyField()` writes one. */
  readonly fields?: readonly string[];
  /** How long whoever touched one is blocked. 0 only tells. Default 3600. */
  readonly blockS?: number;
}

export interface DecoyPage {
  readonly path: string;
  readonly status?: number;
  readonly contentType?: string;
  readonly body: string;
}

const MAX_DECOYS = 1000;
const FIELD = /^[A-Za-z][\w-]{0,63}$/;

export class Honeytokens {
  readonly blockMs: number;
  readonly fields: readonly string[];
  readonly #pages = new Map<string, Answer>();

  constructor({ paths = [], fields = [], blockS = 3600 }: HoneytokenOptions) {
    const wrong = (what: string): NetSentinelError =>
      new NetSentinelError('GUARD_OPTIONS', 'user', `honeytokens: ${what}`);
    if (paths.length > MAX_DECOYS || fields.length > 32) throw wrong('at most 1,000 paths and 32 fields');
    if (!Number.isFinite(blockS) || blockS < 0 || blockS > 30 * 86_400) throw wrong('blockS is between 0 and 2592000');
    for (const one of paths) {
      const page: DecoyPage = typeof one === 'string' ? { path: one, body: loginPage } : one;
      if (!page.path.startsWith('/') || page.path === '/')
        throw wrong(`${JSON.stringify(page.path)} is no path of a decoy`);
      this.#pages.set(routePath(page.path), answerOf(page));
    }
    for (const name of fields) if (!FIELD.test(name)) throw wrong(`${JSON.stringify(name)} is no name of a field`);
    this.fields = fields;
    this.blockMs = blockS * 1000;
  }

  /** The decoy that the request asks for. */
  touched({ target }: GuardRequest): { readonly name: string; readonly answer: Answer } | undefined {
    if (this.#pages.size === 0) return undefined;
    const name = routePath(target);
    const answer = this.#pages.get(name);
    return answer === undefined ? undefined : { name, answer };
  }

  /** The decoy field that has been filled in. */
  filled(text: string, contentType: string): string | undefined {
    if (!this.fields.some((name) => text.includes(name))) return undefined;
    for (const [name, value] of fieldsOf(text, contentType))
      if (value.trim() !== '' && this.fields.includes(name)) return name;
    return undefined;
  }

  /** For a form: a field that neither eyes nor screen readers nor a browser's memory find. */
  decoyField(): string {
    const [name] = this.fields;
    if (name === undefined) return '';
    return `<div aria-hidden="true" style="position:absolute;left:-9999px;height:1px;overflow:hidden"><label>Leave this empty <input type="text" name="${name}" value="" tabindex="-1" autocomplete="off"></label></div>`;
  }

  /** For a page: a link that only programs follow. Name its path in robots.txt too, so that honest ones do not. */
  decoyLink(): string {
    const [path] = this.#pages.keys();
    if (path === undefined) return '';
    return `<a href="${encodeURI(path).replaceAll('"', '%22')}" rel="nofollow" hidden aria-hidden="true" tabindex="-1"></a>`;
  }
}

/**
 * Another site can have a visitor's browser ask for our decoy (a picture, a frame, a form), and so can what somebody wrote into a page of ours (a
 * picture): that is no touch of the visitor's. Browsers say so themselves (Fetch Metadata; `Origin` and `Referer` where there is no TLS), and a program
 * that says it only spares itself the block, not being told of.
 */
export function wasSentBySomebody({ headers }: GuardRequest): boolean {
  if (headers['sec-purpose'] !== undefined) return true;
  const site = headers['sec-fetch-site'];
  if (site === 'none') return false;
  if (site === 'same-origin') return headers['sec-fetch-mode'] === 'no-cors';
  if (site !== undefined) return true;
  return isElsewhere(headers['origin'], headers['host']) || isElsewhere(headers['referer'], headers['host']);
}

/** @param from a URL, or `null` where a browser does not say which */
function isElsewhere(from: Header, host: Header): boolean {
  if (typeof from !== 'string' || typeof host !== 'string') return false;
  if (from === 'null') return true;
  return URL.canParse(from) && new URL(from).host !== host.toLowerCase();
}
type Header = RequestHeaders[string];

function answerOf({ status = 200, contentType = 'text/html; charset=utf-8', body }: DecoyPage): Answer {
  return { status, headers: { 'content-type': contentType, 'cache-control': 'no-store' }, body };
}
