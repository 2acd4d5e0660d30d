/** Web requests that events tell of, shown to web inspection; each event once, however many ask. */
import type { Event } from '@netsentinel/contracts/event';
import { inspect } from './web/inspect.ts';
import type { AttackKind, WebFinding, WebRequest } from './web/web-inspection.types.ts';

const inspected = new WeakMap<Event, readonly WebFinding[]>();

export function webFindings(event: Event): readonly WebFinding[] {
  let findings = inspected.get(event);
  if (findings === undefined) {
    findings = inspect(webRequestOf(event));
    inspected.set(event, findings);
  }
  return findings;
}

/** True of a request that was answered and holds nothing: what all visitors send. */
export function isPlainRequest(event: Event): boolean {
  return !wasRefused(event) && webFindings(event).length === 0;
}

/** The server had nothing under this name, or did not let the client have it. */
export function wasRefused(event: Event): boolean {
  const status = event.http?.response?.status_code ?? 0;
  return status >= 400 && status < 500;
}

/** The surest finding of these kinds, at least this sure. */
export function surest(event: Event, kinds: ReadonlySet<AttackKind>, confidence: number): WebFinding | undefined {
  let best: WebFinding | undefined;
  for (const one of webFindings(event))
    if (kinds.has(one.kind) && one.confidence >= confidence && one.confidence > (best?.confidence ?? 0)) best = one;
  return best;
}

/** `parameter q`, `path`, `header user-agent`. */
export function placeName({ place }: WebFinding): string {
  const where = place.in === 'query' ? 'parameter' : place.in;
  return place.name === undefined || place.name === '' ? where : `${where} ${place.name}`;
}

function webRequestOf({ url, http, user_agent: agent }: Event): WebRequest {
  const path = url?.path ?? '/';
  const target = url?.original ?? (url?.query === undefined ? path : `${path}?${url.query}`);
  const { method, referrer, body, mime_type: type } = http?.request ?? {};
  return {
    method,
    target,
    headers: { 'user-agent': agent?.original, referer: referrer, 'content-type': type },
    body: body?.content,
  };
}
