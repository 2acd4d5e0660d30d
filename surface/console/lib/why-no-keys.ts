/** Pure: where browsers have no security keys and passkeys, and what to do about it. */

type Place = Pick<Location, 'hostname' | 'protocol' | 'port'>;

/**
 * Why no key can be used on a page; undefined where one can.
 * @param webAuthn the browser's `PublicKeyCredential`; undefined without TLS, and in old browsers
 */
export function whyNoKeys({ hostname, protocol, port }: Place, webAuthn: object | undefined): string | undefined {
  // Of addresses browsers write IPv4 with dots, IPv6 in brackets; no name's last label is a number.
  if (/^[\d.]+$|^\[/.test(hostname)) {
    const local = `${protocol}//localhost${port === '' ? '' : `:${port}`}`;
    const name = /^127\.|^\[::1\]$/.test(hostname) ? `as ${local}` : 'by its host name over HTTPS';
    return `This page was opened by an IP address, under which browsers let no security key or passkey sign. Open the console ${name} to add or use one.`;
  }
  if (webAuthn === undefined)
    return 'Browsers let security keys and passkeys sign over HTTPS only, or on localhost: open the console so to add or use one.';
  if (!('parseCreationOptionsFromJSON' in webAuthn))
    return 'This browser is too old for security keys and passkeys here.';
  return undefined;
}
