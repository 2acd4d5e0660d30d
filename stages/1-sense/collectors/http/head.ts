/** What a request's head says of its body, checked before a byte of that is read. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { err, ok, type Result } from '@netsentinel/contracts/result';
import { problems, type Problem } from './problem.ts';

export interface RequestHead {
  readonly method?: string | undefined;
  /** Path and query. */
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export interface HeadRules {
  readonly path: string;
  readonly tokens: Tokens;
  readonly maxBodyBytes: number;
}

export interface Asked {
  readonly gzip: boolean;
  /** Undefined where the length is not known before its end. */
  readonly bodyBytes: number | undefined;
  /** Of `?format=`. */
  readonly format: string | undefined;
  readonly idempotencyKey: string | undefined;
  /** Whose it is: a short hash of the token, so that senders with different tokens cannot meet in a key. */
  readonly sender: string;
}

const MAX_URL = 2048;
const KEY = /^[\x21-\x7e]{1,255}$/;
/** The begin of the body says what it is; these say that it is none of what we read. What curl calls a form is what it was given. */
const TYPES =
  /^(?:text\/[\w.+-]+|application\/(?:json|x-ndjson|ndjson|jsonl|x-jsonlines|jsonlines|octet-stream|x-www-form-urlencoded|gzip|[\w.+-]+\+json))\s*(?:;|$)/i;

export function readHead(head: RequestHead, { path, tokens, maxBodyBytes }: HeadRules): Result<Asked, Problem> {
  const url = (head.url ?? '').slice(0, MAX_URL);
  const question = url.indexOf('?');
  if ((question === -1 ? url : url.slice(0, question)) !== path) return err(problems.notFound(path));
  if (head.method !== 'POST') return err(problems.wrongMethod(path));
  const header = (name: string): string | undefined => {
    const value = head.headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  const sender = tokens.holder(header('authorization'));
  if (sender === undefined) return err(problems.noToken);
  const encoding = (header('content-encoding') ?? 'identity').trim().toLowerCase();
  const gzip = encoding === 'gzip' || encoding === 'x-gzip';
  if (!gzip && encoding !== 'identity' && encoding !== '') return err(problems.wrongEncoding);
  const type = header('content-type');
  if (type !== undefined && !TYPES.test(type.trim())) return err(problems.wrongType);
  const length = header('content-length');
  const bodyBytes = length === undefined ? undefined : Number(length);
  if (bodyBytes !== undefined && !(bodyBytes <= maxBodyBytes)) return err(problems.tooLarge(maxBodyBytes));
  const idempotencyKey = header('idempotency-key');
  if (idempotencyKey !== undefined && !KEY.test(idempotencyKey)) return err(problems.badKey);
  const format = question === -1 ? undefined : (new URLSearchParams(url.slice(question)).get('format') ?? undefined);
  return ok({ gzip, bodyBytes, format, idempotencyKey, sender });
}

/** The tokens, as hashes: comparing takes the same time whatever was sent. */
export class Tokens {
  readonly #digests: readonly Buffer[];

  constructor(tokens: readonly string[]) {
    this.#digests = tokens.map(digest);
  }

  /** A name for the token's holder; undefined for a wrong one. */
  holder(authorization: string | undefined): string | undefined {
    const [, token] = /^Bearer +(\S+) *$/i.exec(authorization ?? '') ?? [];
    if (token === undefined) return undefined;
    const given = digest(token);
    let found: Buffer | undefined;
    // All are compared, so that how long it takes does not tell which came near.
    for (const known of this.#digests) if (timingSafeEqual(given, known)) found = known;
    return found?.toString('hex', 0, 8);
  }
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
