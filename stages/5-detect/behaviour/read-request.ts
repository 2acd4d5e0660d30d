/** Reads what went through a flow: logins, visits to sites, and what proxies are asked for. */
import type { Event } from '@netsentinel/contracts/event';
import { isInternal } from './network-place.ts';
import { seenOf } from './seen.ts';
import type { Greeting, Login, Stranger, TunnelRequest, Visit } from './sighting.ts';

/** What a mail server answers to a login: accepted, or refused (RFC 4954), in numbers or in words. */
const MAIL_REFUSED = /^(?:535|534|530|554)\b.*\b(?:auth|login|password|credential)/i;

export function loginOf(event: Event, source: string): Login | undefined {
  const { zeek } = event;
  const target = event.destination?.ip;
  if (zeek === undefined || target === undefined) return undefined;
  const accepted = (zeek['ssh'] as { auth?: { success?: unknown } } | undefined)?.auth?.success;
  const reply = (zeek['smtp'] as { last_reply?: unknown } | undefined)?.last_reply;
  const isRefusedMail = typeof reply === 'string' && MAIL_REFUSED.test(reply);
  if (typeof accepted !== 'boolean' && !isRefusedMail) return undefined;
  return {
    kind: 'login',
    ...seenOf(event, source),
    target,
    service: isRefusedMail ? 'SMTP' : 'SSH',
    isAccepted: accepted === true,
  };
}

/** By the name that the client gave: in its web request, or in its TLS hello. */
function strangerOf(event: Event, source: string, host: string | undefined): Stranger | undefined {
  const target = event.destination?.ip;
  if (target === undefined || host === undefined || !isInternal(source) || isInternal(target)) return undefined;
  return { target, port: event.destination?.port ?? 0, host, size: event.url?.original?.length ?? 0 };
}

export function visitOf(event: Event, source: string): Visit | Greeting | undefined {
  const { url, http } = event;
  const status = http?.response?.status_code;
  const stranger = strangerOf(event, source, url?.domain);
  if (url === undefined || status === undefined)
    return stranger === undefined ? undefined : { kind: 'greeting', ...seenOf(event, source), stranger };
  return {
    kind: 'visit',
    ...seenOf(event, source),
    path: url.path ?? '',
    query: url.query ?? '',
    agent: event.user_agent?.original ?? '',
    status,
    stranger,
  };
}

export function greetingOf(event: Event, source: string): Greeting | undefined {
  const stranger = strangerOf(event, source, event.tls?.client?.server_name);
  return stranger === undefined ? undefined : { kind: 'greeting', ...seenOf(event, source), stranger };
}

export function tunnelRequestOf(event: Event, source: string): TunnelRequest | undefined {
  const { http, url, destination } = event;
  const original = url?.original;
  if (original === undefined || original.startsWith('/')) return undefined;
  const isConnect = http?.request?.method === 'CONNECT';
  if (!isConnect && !/^(?:https?|ftp):\/\//i.test(original)) return undefined;
  const proxy = destination?.ip;
  const host = url?.domain ?? hostOf(original);
  if (proxy === undefined || host === undefined || host === proxy) return undefined;
  const status = http?.response?.status_code;
  return {
    kind: 'tunnel-request',
    ...seenOf(event, source),
    proxy,
    host,
    isGranted: status !== undefined && status >= 200 && status < 400,
    fromInside: isInternal(source),
    proxyInside: isInternal(proxy),
    bytes: original.length,
  };
}

function hostOf(original: string): string | undefined {
  const found = /^(?:[a-z]+:\/\/)?(?:[^/@]*@)?(\[[^\]]+\]|[^/:?#]+)/i.exec(original)?.[1];
  return found?.slice(0, 255);
}
