/** Pure: where browsers have no security keys and passkeys, and what to do about it. */

import * as text from '../text/index.ts';

const words = text.door.keys;

type Place = Pick<Location, 'hostname' | 'protocol' | 'port'>;

/**
 * Why no key can be used on a page; undefined where one can.
 * @param webAuthn the browser's `PublicKeyCredential`; undefined without TLS, and in old browsers
 */
export function whyNoKeys({ hostname, protocol, port }: Place, webAuthn: object | undefined): string | undefined {
  // Of addresses browsers write IPv4 with dots, IPv6 in brackets; no name's last label is a number.
  if (/^[\d.]+$|^\[/.test(hostname)) {
    const local = `${protocol}//localhost${port === '' ? '' : `:${port}`}`;
    return words.byAddress(/^127\.|^\[::1\]$/.test(hostname) ? local : undefined);
  }
  if (webAuthn === undefined) return words.insecure;
  if (!('parseCreationOptionsFromJSON' in webAuthn)) return words.old;
  return undefined;
}
