/** What an access log tells of one request, whatever the order in which it tells it; and the groups of fields that all web servers' documents share. */
import type { EcsGroup } from '@netsentinel/contracts/parser';
import { numberIn } from '../text/document.ts';
import { urlOf } from '../text/url.ts';
import { given, unescaped } from './logged-text.ts';
import { requestLineOf, type RequestLine } from './request-line.ts';

/** Texts as they stand in the log, escapes and `-` included. */
export interface AccessRecord {
  /** Name or address of the server that was asked for, perhaps with a port. */
  host: string | undefined;
  /** Who the server says has connected: an address, a name, `unix:`; or a list, where the log writes the hops in its place. */
  remote: string;
  ident: string | undefined;
  user: string | undefined;
  timeMs: number | undefined;
  request: RequestLine;
  status: string | undefined;
  bytes: string | undefined;
  referrer: string | undefined;
  userAgent: string | undefined;
  forwardedFor: string | undefined;
  durationNs: number | undefined;
  /** Where what is not read here begins; the line's length where nothing is left. */
  end: number;
  /** Fields of a configured format that ECS has no name for. */
  others: EcsGroup | undefined;
}

export function outcomeOf(status: number | undefined): 'success' | 'failure' | undefined {
  if (status === undefined) return undefined;
  return status < 400 ? 'success' : 'failure';
}

/** `http.*`. */
export function httpOf({ request, status, bytes, referrer }: AccessRecord): EcsGroup {
  const size = numberIn(bytes);
  return {
    request: request.method === undefined && referrer === undefined ? undefined : { method: request.method, referrer },
    response: { status_code: numberIn(status), body: size === undefined ? undefined : { bytes: size } },
    version: request.version,
  };
}

/** `url.*`; undefined where nothing was asked for. */
export function requestUrl({ target }: RequestLine, domain: string | undefined): EcsGroup | undefined {
  if (target !== undefined) return urlOf(unescaped(target), domain) as unknown as EcsGroup;
  return domain === undefined ? undefined : { domain };
}

/** `user_agent.*`. The only reader of it: names of browsers and devices are nobody's business here. */
export function userAgentOf(text: string | undefined): EcsGroup | undefined {
  const original = given(text);
  return original === undefined ? undefined : { original: unescaped(original) };
}

export const noRequest: RequestLine = requestLineOf('');
