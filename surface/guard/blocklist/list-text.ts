/** Reads a blocklist as HTTP servers give it: our own JSON, a plain array, a network a line, or the answer of CrowdSec's local API. */
import type { Entry } from './feed.ts';

export interface ReadList {
  readonly entries: readonly Entry[];
  /** Of CrowdSec's stream: what was taken back. */
  readonly removed: readonly string[];
}

/** A list that names no end is asked for again all the time: its entries last until it is. */
const NO_END = Number.MAX_SAFE_INTEGER;
const DURATION = /^-?(?:\d{1,9}(?:\.\d{1,9})?(?:ns|us|µs|ms|s|m|h))+$/;
const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** `{"blocks": [{"network": "198.51.100.0/24", "until": "2026-11-22T10:00:00Z"}]}`, `["198.51.100.7"]`; undefined for anything else. */
export function readJsonList(text: string): ReadList | undefined {
  const value = parsed(text);
  const blocks = Array.isArray(value) ? value : isObject(value) ? value['blocks'] : undefined;
  if (!Array.isArray(blocks)) return undefined;
  return { entries: blocks.map(entryOf), removed: [] };
}

/** A network a line; what follows a `#` is a remark. */
export function readTextList(text: string): ReadList {
  const entries: Entry[] = [];
  for (const line of text.split('\n')) {
    const network = line.split('#', 1)[0]!.trim();
    if (network !== '') entries.push([network, NO_END]);
  }
  return { entries, removed: [] };
}

/** `/v1/decisions/stream`: `{"new": [{"scope": "Ip", "value": "198.51.100.7", "type": "ban", "duration": "3h59m"}], "deleted": null}`. */
export function readDecisions(text: string, nowMs: number): ReadList | undefined {
  const value = parsed(text);
  if (!isObject(value)) return undefined;
  const bans = (list: unknown): Readonly<Record<string, unknown>>[] =>
    (Array.isArray(list) ? list : []).filter(
      (one): one is Readonly<Record<string, unknown>> =>
        isObject(one) && one['type'] === 'ban' && /^(?:ip|range)$/i.test(String(one['scope'])),
    );
  return {
    entries: bans(value['new']).map((one) => [String(one['value']), nowMs + goDurationMs(one['duration'])]),
    removed: bans(value['deleted']).map((one) => String(one['value'])),
  };
}

/** Go's `time.Duration` as text; NaN where it is none. */
export function goDurationMs(text: unknown): number {
  if (typeof text !== 'string' || !DURATION.test(text)) return Number.NaN;
  let ms = 0;
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g))
    ms += Number(number) * UNIT_MS[unit!]!;
  return text.startsWith('-') ? -ms : ms;
}

/** What is no entry is kept as one that the feed refuses, and so counts. */
function entryOf(value: unknown): Entry {
  if (typeof value === 'string') return [value, NO_END];
  if (!isObject(value)) return ['', 0];
  const { network, until } = value;
  const untilMs =
    until === undefined
      ? NO_END
      : typeof until === 'number'
        ? until
        : typeof until === 'string'
          ? Date.parse(until)
          : Number.NaN;
  return [typeof network === 'string' ? network : '', untilMs];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
