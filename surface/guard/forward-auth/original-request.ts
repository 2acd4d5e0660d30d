/** Which request a web server asks for, in the words of each. */
import type { IncomingMessage } from 'node:http';
import { withoutNearestHop } from '../client/nearest-hop.ts';
import type { GuardRequest } from '../guard.types.ts';

export const styles = ['nginx', 'traefik', 'caddy', 'envoy'] as const;
export type ServerStyle = (typeof styles)[number];

/** Undefined where the web server does not say it. The client is the last in `X-Forwarded-For`, which the web server writes. */
export function originalOf(
  request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
  style: ServerStyle,
): GuardRequest | undefined {
  const { headers } = request;
  const told = wordsOf(request, style);
  if (told === undefined) return undefined;
  const peeled = withoutNearestHop(headers);
  const rest = { ...peeled.headers };
  for (const name of OURS) delete rest[name];
  return { ...told, headers: rest, peer: peeled.peer };
}

/** Told to us, not by the client. */
const OURS = ['x-original-uri', 'x-original-method', 'x-forwarded-uri', 'x-forwarded-method', 'x-real-ip'];

function wordsOf(
  { method, url, headers }: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
  style: ServerStyle,
): { method: string; target: string } | undefined {
  if (style === 'envoy') {
    const target = (url ?? '').slice('/envoy'.length);
    return { method: method ?? 'GET', target: target.startsWith('/') ? target : `/${target}` };
  }
  const names = style === 'nginx' ? 'x-original' : 'x-forwarded';
  const [target, original] = [headers[`${names}-uri`], headers[`${names}-method`]];
  if (typeof target !== 'string' || typeof original !== 'string') return undefined;
  return { method: original, target };
}
