/** A blocklist asked for over HTTP again and again: with the ETag of what we have, so that an unchanged list costs a few bytes; or CrowdSec's stream of decisions. */
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { readDecisions, readJsonList, readTextList, type ReadList } from './list-text.ts';
import type { BlocklistSource, SourceContext } from './source.types.ts';

export interface HttpBlocklistOptions {
  /** `https://netsentinel.example/api/v1/blocklist`, or any list of networks as text or JSON. */
  readonly url: string;
  /** `netsentinel bouncer add NAME` makes one. */
  readonly key?: string;
  /** `crowdsec`: the address is that of a CrowdSec API, `/v1/decisions/stream` is asked. Default: what the answer says it is. */
  readonly format?: 'list' | 'crowdsec';
  /** Milliseconds between two questions. Default 10000. */
  readonly intervalMs?: number;
}

const TIMEOUT_MS = 15_000;
const MAX_BYTES = 128 * 1024 * 1024;

export function httpSource(options: HttpBlocklistOptions, { feed, log }: SourceContext): BlocklistSource {
  const { key, format = 'list', intervalMs = 10_000 } = options;
  if (!URL.canParse(options.url) || !/^https?:$/.test(new URL(options.url).protocol))
    throw new NetSentinelError('GUARD_OPTIONS', 'user', 'blocklist.http.url is no address of a web server');
  const url = new URL(options.url);
  const closing = new AbortController();
  let etag: string | undefined;
  let isStarted = false;
  let found: () => void;
  const first = new Promise<void>((resolve) => (found = resolve));
  let timer: NodeJS.Timeout | undefined;

  async function ask(): Promise<void> {
    const headers: Record<string, string> = {
      accept: 'application/json, text/plain;q=0.5',
      'user-agent': 'netsentinel-guard',
    };
    if (key !== undefined)
      headers[format === 'crowdsec' ? 'x-api-key' : 'authorization'] = format === 'crowdsec' ? key : `Bearer ${key}`;
    if (etag !== undefined && format === 'list') headers['if-none-match'] = etag;
    const target = new URL(url);
    if (format === 'crowdsec') {
      if (!target.pathname.endsWith('/v1/decisions/stream'))
        target.pathname = `${target.pathname.replace(/\/$/, '')}/v1/decisions/stream`;
      target.searchParams.set('startup', String(!isStarted));
    }
    // Not followed elsewhere: the key is for this server alone.
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const response = await fetch(target, { headers, redirect: 'error', signal });
    if (response.status === 304) {
      await response.body?.cancel();
      return feed.heard();
    }
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`the server answered ${response.status}`);
    }
    const list = readList(await capped(response), response.headers.get('content-type') ?? '');
    if (list === undefined) throw new Error('the answer is no blocklist');
    if (format === 'list' || !isStarted) await feed.replace(list.entries, () => closing.signal.aborted);
    else feed.change(list.entries, list.removed);
    isStarted = true;
    etag = response.headers.get('etag') ?? undefined;
    feed.heard();
    found();
  }

  function readList(text: string, type: string): ReadList | undefined {
    if (format === 'crowdsec') return readDecisions(text, Date.now());
    return type.includes('json') ? readJsonList(text) : readTextList(text);
  }

  const round = (): void => {
    ask()
      .catch((error: Error) => {
        if (!closing.signal.aborted) log('the blocklist could not be fetched', reasonOf(error));
      })
      .finally(() => {
        if (closing.signal.aborted) return;
        timer = setTimeout(round, intervalMs * (0.9 + Math.random() * 0.2));
        timer.unref();
      });
  };
  round();
  return {
    feed,
    first,
    close: () => {
      closing.abort();
      clearTimeout(timer);
    },
  };
}

async function capped(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new Error('the list is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** `fetch failed` alone helps nobody. */
function reasonOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : error.message;
}
