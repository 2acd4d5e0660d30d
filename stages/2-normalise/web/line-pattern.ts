/**
 * Lines whose format is configured: literals with fields between them, compiled once. A field reaches to the literal that follows it; inside quotes, a quote
 * that is escaped does not end it. What the two servers call their fields is in `log-format.ts` of each parser.
 */
import { numberIn } from '../text/document.ts';
import { epochMs, parseClfTime, parseIsoTime } from '../text/time.ts';
import type { Zone } from '../text/zone.ts';
import { noRequest, type AccessRecord } from './access-record.ts';
import { given } from './logged-text.ts';
import { requestLineOf, versionOf } from './request-line.ts';

/** Puts a field's text where it belongs; false where it cannot be what the format says. */
export type Take = (record: AccessRecord, text: string, zone: Zone) => boolean;

/** A field, and the literal in front of it. */
export interface PatternField {
  readonly before: string;
  readonly take: Take;
}

const MAX_FIELDS = 64;

export class LinePattern {
  readonly #fields: readonly PatternField[];
  readonly #tail: string;

  /** @param tail the literal behind the last field */
  constructor(fields: readonly PatternField[], tail: string) {
    // Nothing parts a field from one right in front of it (`%U%q`): the first has both.
    const apart = fields.filter(({ before }, i) => i === 0 || before !== '');
    this.#fields = apart.slice(0, MAX_FIELDS);
    this.#tail = apart.length > MAX_FIELDS ? apart[MAX_FIELDS]!.before : tail;
  }

  /** Undefined for a line that is not of this format. */
  read(line: string, zone: Zone): AccessRecord | undefined {
    const record = emptyRecord();
    const fields = this.#fields;
    if (fields.length === 0 || !line.startsWith(fields[0]!.before)) return undefined;
    let at = fields[0]!.before.length;
    for (let i = 0; i < fields.length; i++) {
      const { before, take } = fields[i]!;
      const after = i + 1 < fields.length ? fields[i + 1]!.before : this.#tail;
      const end = endOf(line, at, after, before.endsWith('"') && after.startsWith('"'));
      if (end === -1 || !take(record, line.slice(at, end), zone)) return undefined;
      at = end + after.length;
    }
    record.end = at;
    return record.timeMs === undefined || record.remote === '' ? undefined : record;
  }
}

function endOf(line: string, from: number, after: string, quoted: boolean): number {
  if (after === '') return line.length;
  let end = line.indexOf(after, from);
  while (quoted && end !== -1 && escapedAt(line, end)) end = line.indexOf(after, end + 1);
  return end;
}

function escapedAt(line: string, at: number): boolean {
  let backslashes = 0;
  while (line.charCodeAt(at - 1 - backslashes) === 0x5c) backslashes++;
  return backslashes % 2 === 1;
}

function emptyRecord(): AccessRecord {
  return {
    host: undefined,
    remote: '',
    ident: undefined,
    user: undefined,
    timeMs: undefined,
    request: { ...noRequest },
    status: undefined,
    bytes: undefined,
    referrer: undefined,
    userAgent: undefined,
    forwardedFor: undefined,
    durationNs: undefined,
    end: 0,
    others: undefined,
  };
}

/** A field that is a text of the record. */
export function text(
  name: 'host' | 'remote' | 'ident' | 'user' | 'bytes' | 'referrer' | 'userAgent' | 'forwardedFor',
): Take {
  return (record, value) => {
    record[name] = value;
    return true;
  };
}

export const status: Take = (record, value) => {
  record.status = value;
  return value === '-' || /^\d{3}$/.test(value);
};

export const request: Take = (record, value) => {
  record.request = requestLineOf(value);
  return true;
};

export const method: Take = (record, value) => {
  record.request.method = given(value);
  return true;
};

export const target: Take = (record, value) => {
  // A query that came before it, in a field of its own, goes behind it.
  record.request.target = record.request.target?.startsWith('?') === true ? value + record.request.target : value;
  return true;
};

export const query: Take = (record, value) => {
  const search = given(value);
  if (search !== undefined && record.request.target?.includes('?') !== true)
    record.request.target = `${record.request.target ?? ''}${search.startsWith('?') ? '' : '?'}${search}`;
  return true;
};

export const protocol: Take = (record, value) => {
  record.request.version = versionOf(value);
  return true;
};

export const clfTime: Take = (record, value, zone) => {
  record.timeMs = parseClfTime(value, zone, value.startsWith('[') ? 1 : 0);
  return record.timeMs !== undefined;
};

export const isoTimeField: Take = (record, value, zone) => {
  record.timeMs = parseIsoTime(value, zone);
  return record.timeMs !== undefined;
};

export const epoch: Take = (record, value) => {
  record.timeMs ??= epochMs(value);
  return record.timeMs !== undefined;
};

/** @param unitNs nanoseconds in one of what the field counts */
export function duration(unitNs: number): Take {
  return (record, value) => {
    const units = numberIn(value);
    if (units !== undefined && units >= 0) record.durationNs ??= Math.round(units * unitNs);
    return true;
  };
}

/** A field that ECS has no name for: kept under the vendor's. */
export function other(name: string): Take {
  return (record, value) => {
    if (given(value) !== undefined && name !== '__proto__') (record.others ??= {})[name] = value;
    return true;
  };
}
