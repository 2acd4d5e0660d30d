/**
 * One HTTP POST to a place that somebody configured: no redirects, one time limit for all of it, a bounded answer, and no connection to an address that is
 * not public unless that is allowed, whatever a name resolves to. Never rejects.
 */
import { lookup } from 'node:dns';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { isIP, type LookupFunction } from 'node:net';
import type { SendOutcome } from '@netsentinel/contracts/notifier';
import { describeError } from './errors.ts';
import { printable } from './log.ts';
import { revealed, type Secret } from './secret.ts';
import { isPublicAddress } from './public-address.ts';

// `import` asks a built-in module for all that it exports, and of HTTP's that loads a client of 9 MB that we do not use.
const http = process.getBuiltinModule('node:http');
const https = process.getBuiltinModule('node:https');

const MAX_ANSWER_BYTES = 4096;
const MAX_ANSWER_SHOWN = 200;
const MAX_RETRY_AFTER_MS = 3_600_000;
/** Of these a later try may fare better; of every other refusal it will not. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);

export interface Posting {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
  readonly allowPrivate: boolean;
  /** PEM, instead of the well-known authorities. */
  readonly ca?: Secret | undefined;
}

export function post({ url, headers, body, timeoutMs, allowPrivate, ca }: Posting): Promise<SendOutcome> {
  return new Promise((resolve) => {
    let request: ClientRequest | undefined;
    let isAnswered = false;
    const timer = setTimeout(() => {
      // What it answered is known, however long it goes on: that breaks off the reading. To post it again could be once too often.
      if (isAnswered) request?.destroy();
      else end({ ok: false, answer: `no answer within ${timeoutMs} ms`, retry: true });
    }, timeoutMs);
    const end = (outcome: SendOutcome): void => {
      clearTimeout(timer);
      request?.destroy();
      resolve(outcome);
    };
    try {
      const target = new URL(url);
      const host = target.hostname.replace(/^\[|\]$/g, '');
      if (!allowPrivate && isIP(host) !== 0 && !isPublicAddress(host)) return end(notPublic(host));
      request = (target.protocol === 'https:' ? https : http).request(target, {
        method: 'POST',
        agent: false,
        headers: {
          'user-agent': 'NetSentinel',
          'content-type': 'application/json',
          ...headers,
          'content-length': Buffer.byteLength(body),
        },
        ...(allowPrivate ? {} : { lookup: lookupPublic }),
        ...(ca === undefined ? {} : { ca: revealed(ca) }),
      });
      request.on('error', (error) => {
        if (!isAnswered) end({ ok: false, answer: failed(error), retry: !(error instanceof NotPublic) });
      });
      request.on('response', (response) => {
        isAnswered = true;
        void read(response).then((text) => end(judge(response, text)));
      });
      request.end(body);
    } catch (error) {
      end({ ok: false, answer: failed(error), retry: false });
    }
    return undefined;
  });
}

async function read(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= MAX_ANSWER_BYTES) break;
    }
  } catch {
    // The status has come: what it says beyond that is for the reader's eyes only.
  }
  return Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES).toString('utf8');
}

function judge({ statusCode = 0, headers }: IncomingMessage, text: string): SendOutcome {
  const answer = `HTTP ${statusCode}${text.trim() === '' ? '' : `: ${printable(text.trim(), MAX_ANSWER_SHOWN)}`}`;
  if (statusCode >= 200 && statusCode < 300) return { ok: true, answer };
  if (statusCode >= 300 && statusCode < 400)
    return { ok: false, answer: `HTTP ${statusCode}: a redirect, which is not followed`, retry: false };
  const retryAfterMs = retryAfter(headers['retry-after']);
  return {
    ok: false,
    answer,
    retry: statusCode >= 500 || PASSING.has(statusCode),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/** RFC 9110 10.2.3: seconds, or a date. */
function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.min(MAX_RETRY_AFTER_MS, Math.max(0, ms)) : undefined;
}

class NotPublic extends Error {}

function notPublic(host: string): SendOutcome {
  return { ok: false, answer: `${host} is not a public address, and allowPrivate is not set`, retry: false };
}

/** The address that is connected to is the one that was looked at: a name that changes its mind in between gains nothing. */
const lookupPublic: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    if (error !== null) return callback(error, '');
    const usable = found.filter(({ address }) => isPublicAddress(address));
    const [first] = usable;
    if (first === undefined)
      return callback(new NotPublic(`${hostname} has no public address, and allowPrivate is not set`), '');
    if (options.all === true) return callback(null, usable);
    return callback(null, first.address, first.family);
  });
};

function failed(error: unknown): string {
  const code = (error as { code?: unknown }).code;
  const said = describeError(error);
  const text = said === '' && typeof code === 'string' ? code : said;
  return printable(text, MAX_ANSWER_SHOWN);
}
