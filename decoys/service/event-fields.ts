/** Fields of events from what protocols tell: all attacker text cut to its field's cap, what is not known left out. */
import { MAX_TEXT } from '@netsentinel/contracts/event-values';
import type { Extra, HttpRequest, TlsHello } from './telemetry.types.ts';

const MAX_KEYWORD = 1024;

/** Cut to what an exact field takes. */
export function keyword(text: string): string {
  return cut(text, MAX_KEYWORD);
}

export function cut(text: string, max: number): string {
  return text.length > max ? text.slice(0, max) : text;
}

/** Field by field; what both have as objects is joined all the way down. */
export function merge<T extends object>(fields: T, extra: T): T {
  const names = Object.keys(extra) as (keyof T)[];
  if (names.length === 0) return fields;
  const merged = { ...fields };
  for (const name of names) {
    const [ours, theirs] = [merged[name], extra[name]];
    merged[name] = isObject(ours) && isObject(theirs) ? merge(ours, theirs) : theirs;
  }
  return merged;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function httpFields(request: HttpRequest): Extra {
  const { method, url, status, version, userAgent, referrer, host, mimeType, body, responseBytes } = request;
  const [path = '', ...query] = cut(url, MAX_TEXT).split('?');
  return {
    url: {
      original: cut(url, MAX_TEXT),
      ...(path.startsWith('/') ? { path } : {}),
      ...(query.length === 0 ? {} : { query: query.join('?') }),
      ...(host === undefined ? {} : { domain: keyword(host) }),
    },
    http: {
      ...(version === undefined ? {} : { version: keyword(version) }),
      request: {
        method: keyword(method),
        ...(referrer === undefined ? {} : { referrer: cut(referrer, MAX_TEXT) }),
        ...(mimeType === undefined ? {} : { mime_type: keyword(mimeType) }),
        ...(body === undefined
          ? {}
          : {
              body: {
                bytes: body.bytes,
                ...(body.content === undefined ? {} : { content: cut(body.content, MAX_TEXT) }),
              },
            }),
      },
      ...(status === undefined && responseBytes === undefined
        ? {}
        : {
            response: {
              ...(status === undefined ? {} : { status_code: status }),
              ...(responseBytes === undefined ? {} : { body: { bytes: responseBytes } }),
            },
          }),
    },
    ...(userAgent === undefined ? {} : { user_agent: { original: cut(userAgent, MAX_TEXT) } }),
  };
}

export function tlsFields(hello: TlsHello): Extra {
  const { ja3, ja3String, ja4, serverName, ciphers, version, cipher, established, alpn } = hello;
  return {
    tls: {
      ...(version === undefined ? {} : { version_protocol: 'tls', version: keyword(version.replace(/^TLSv/, '')) }),
      ...(cipher === undefined ? {} : { cipher: keyword(cipher) }),
      ...(established === undefined ? {} : { established }),
      ...(alpn?.[0] === undefined ? {} : { next_protocol: keyword(alpn[0]) }),
      client: {
        ...(ja3 === undefined ? {} : { ja3: keyword(ja3) }),
        ...(serverName === undefined ? {} : { server_name: keyword(serverName) }),
        ...(ciphers === undefined ? {} : { supported_ciphers: ciphers.slice(0, 256).map(keyword) }),
      },
    },
    ...(ja4 === undefined && ja3String === undefined
      ? {}
      : {
          netsentinel: {
            tls: {
              ...(ja4 === undefined ? {} : { ja4: keyword(ja4) }),
              ...(ja3String === undefined ? {} : { ja3_string: cut(ja3String, MAX_TEXT) }),
            },
          },
        }),
  };
}
