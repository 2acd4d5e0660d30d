/** Where a web server in front passes requests on and guard does not see the connection: the last address in `X-Forwarded-For` is the peer of that web server. */
import type { RequestHeaders } from '../guard.types.ts';

export interface Peeled {
  readonly peer: string | undefined;
  /** Without that address. */
  readonly headers: RequestHeaders;
}

export function withoutNearestHop(headers: RequestHeaders): Peeled {
  const value = headers['x-forwarded-for'];
  const hops = (typeof value === 'string' ? value : (value?.join(',') ?? '')).split(',');
  const peer = hops.pop()!.trim();
  return {
    peer: peer === '' ? undefined : peer,
    headers: { ...headers, 'x-forwarded-for': hops.length === 0 ? undefined : hops.join(',') },
  };
}
