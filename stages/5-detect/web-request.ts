/** Web requests that events tell of, shown to web inspection; each event once, however many ask. */
import type { Event } from '@netsentinel/contracts/event';
import { proxyRequestOf } from './proxy-request.ts';
import { webLoginOf } from './web-login.ts';
import { inspect } from './web/inspect.ts';
import type { AttackKind, WebFinding, WebRequest } from './web/web-inspection.types.ts';

/** Of requests that hold something: looking again at a plain one costs less than to remember all of them. */
const inspected = new WeakMap<Event, readonly WebFinding[]>();
/** Those who ask about an event ask one after the other. */
let latest: { readonly event: Event; readonly findings: readonly WebFinding[] } | undefined;

export function webFindings(event: Event): readonly WebFinding[] {
  if (latest?.event === event) return latest.findings;
  const known = inspected.get(event);
  if (known !== undefined) return known;
  const findings = inspect(webRequestOf(event));
  rememberWebFindings(event, findings);
  return findings;
}

/** What another thread found in the event. */
export function rememberWebFindings(event: Event, findings: readonly WebFinding[]): void {
  latest = { event, findings };
  if (findings.length > 0) inspected.set(event, findings);
}

/** True of a request that was answered and holds nothing, no login and no wish for a proxy either: what all visitors send. */
export function isPlainRequest(event: Event): boolean {
  return (
    !wasRefused(event) &&
    webFindings(event).length === 0 &&
    webLoginOf(event) === undefined &&
    proxyRequestOf(event) === undefined
  );
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
