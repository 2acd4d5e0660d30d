/**
 * Guard for Next.js, in its `proxy.ts` on the Node runtime: `export const proxy = guardNext(guard, { behindProxy: true })`. Next keeps the peer of a
 * connection to itself: it tells its proxy `X-Forwarded-For` only, and leaves that as the client sent it where the client did. So addresses are
 * known behind a web server that writes the header; an application that faces clients itself runs Next in a server of its own, with `protect`.
 */
import { withoutNearestHop } from '../client/nearest-hop.ts';
import type { Guard, GuardRequest, Refused } from '../guard.ts';
import { unpackFirst } from '../inspection/unpack.ts';

/** As much of a `NextRequest` as guard needs. */
export interface NextRequestLike {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: ReadableStream<Uint8Array> | null;
  clone(): { readonly body: ReadableStream<Uint8Array> | null };
}

export interface NextOptions {
  /** True where a web server in front writes the last address in `X-Forwarded-For`. Otherwise nobody's address is known: decoys and inspection work, nothing that goes by address does. */
  readonly behindProxy: boolean;
}

export function guardNext(
  guard: Guard,
  { behindProxy }: NextOptions,
): (request: NextRequestLike) => Promise<Response | undefined> {
  return async (request) => {
    const given = requestOf(request, behindProxy);
    let decision = await guard.inspect(given);
    if (decision.action === 'allow' && request.body !== null && guard.wantsBody(given)) {
      const bytes = await firstBytes(request.clone().body, guard.maxBodyBytes, guard.bodyTimeoutMs);
      if (bytes === undefined) decision = guard.tooSlow(given, decision);
      else decision = guard.inspectBody(given, decision, await unpackFirst(bytes, given.headers, guard.maxBodyBytes));
    }
    if (decision.action !== 'allow') return refusal(decision);
    // What Next's own `NextResponse.next()` answers: go on, and add these.
    return new Response(null, { headers: { ...decision.headers, 'x-middleware-next': '1' } });
  };
}

function requestOf({ method, url, headers }: NextRequestLike, behindProxy: boolean): GuardRequest {
  const all: Record<string, string> = {};
  for (const [name, value] of headers) all[name] = value;
  const { pathname, search } = new URL(url);
  const peeled = withoutNearestHop(all);
  return {
    method,
    target: `${pathname}${search}`,
    headers: peeled.headers,
    peer: behindProxy ? peeled.peer : undefined,
  };
}

function refusal({ answer }: Refused): Response {
  return new Response(answer.body, { status: answer.status, headers: answer.headers });
}

/** Undefined where they did not come in time. */
async function firstBytes(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
  timeoutMs: number,
): Promise<Buffer | undefined> {
  if (body === null) return Buffer.alloc(0);
  const reader = body.getReader();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => (timer = setTimeout(() => resolve('late'), timeoutMs)));
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    while (size < maxBytes) {
      const next = await Promise.race([reader.read(), late]);
      if (next === 'late') return undefined;
      if (next.done) break;
      chunks.push(next.value);
      size += next.value.length;
    }
    return Buffer.concat(chunks).subarray(0, maxBytes);
  } finally {
    clearTimeout(timer);
    reader.cancel().catch(() => undefined);
  }
}
