/**
 * Requests by which a client wants a web server to reach another host for it: `CONNECT host:port`, or a whole address where a path belongs. Where the log
 * names the server's own address, `open-proxy` of the behaviours tells of them; this is about the logs of web servers, which do not.
 */
import type { Event } from '@netsentinel/contracts/event';
import { isInternal } from './behaviour/network-place.ts';

export interface ProxyRequest {
  readonly host: string;
  /** The server opened the tunnel; a page that was answered may as well be its own. */
  readonly isTunnel: boolean;
}

const MAX_HOST = 255;

/** Undefined for what visitors send. */
export function proxyRequestOf({ url, http, source, destination, netsentinel, user }: Event): ProxyRequest | undefined {
  const target = url?.original;
  const address = source?.ip;
  if (target === undefined || target.startsWith('/') || address === undefined || destination?.ip !== undefined)
    return undefined;
  // People of one's own network may use a proxy, and so may who has an account on it.
  if (netsentinel.decoy !== undefined || isInternal(address) || (user?.name ?? '-') !== '-') return undefined;
  const isConnect = http?.request?.method === 'CONNECT';
  if (!isConnect && !/^(?:https?|ftp):\/\//i.test(target)) return undefined;
  const host = /^(?:[a-z]+:\/\/)?(?:[^/@]{0,256}@)?(\[[^\]]{1,64}\]|[^/:?#]{1,255})/i.exec(target)?.[1];
  if (host === undefined) return undefined;
  const status = http?.response?.status_code ?? 0;
  return { host: host.toLowerCase().slice(0, MAX_HOST), isTunnel: isConnect && status >= 200 && status < 300 };
}
