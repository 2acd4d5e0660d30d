/** Finds the client's address where a daemon puts it: at a fixed place counted from the end that no attacker's text can reach. */
import type { EcsEndpoint } from '@netsentinel/contracts/parser';
import { canonicalAddress } from '../../text/canonical-address.ts';
import { endpointOf, portOf, splitHostPort } from '../../text/endpoint.ts';

export interface Tail {
  readonly source: EcsEndpoint;
  /** Where the address begins. */
  readonly at: number;
}

/** `… ADDRESS` or `… ADDRESS port N` as the end of `text` before `end`; undefined where no word stands there. */
export function tailPeer(text: string, end = text.length): Tail | undefined {
  let stop = end;
  while (stop > 0 && text.charCodeAt(stop - 1) === 0x20) stop--;
  let begin = text.lastIndexOf(' ', stop - 1) + 1;
  let port: number | undefined;
  if (begin > 5 && text.startsWith(' port ', begin - 6)) {
    port = portOf(text.slice(begin, stop));
    if (port === undefined) return undefined;
    stop = begin - 6;
    begin = text.lastIndexOf(' ', stop - 1) + 1;
  }
  return stop <= begin ? undefined : { source: endpointOf(text.slice(begin, stop), port), at: begin };
}

/** The same, where it must be an address: what else stands there is text. */
export function tailAddress(text: string, end = text.length): Tail | undefined {
  const tail = tailPeer(text, end);
  return tail?.source.ip === undefined ? undefined : tail;
}

/** An address with its port, and what may stand around it. */
const MAX_QUOTED = 96;

/** `ADDRESS`, `ADDRESS:PORT`, `[ADDRESS]`, `[ADDRESS]:PORT`, `IPv6:ADDRESS`, in any quotes; undefined where it is no address. */
export function addressIn(text: string): EcsEndpoint | undefined {
  if (text.length > MAX_QUOTED) return undefined;
  let bare = text.replace(/^["'`<(]+|["'`>),;.]+$/g, '');
  if (/^(\[)?ipv6:/i.test(bare)) bare = bare.replace(/ipv6:/i, '');
  const whole = canonicalAddress(bare);
  if (whole !== undefined) return { address: bare, ip: whole };
  // A mapped address and a port, with nothing around the address to tell them apart.
  const mapped = /^(.*\d\.\d+):(\d{1,5})$/.exec(bare);
  const { host, port } = mapped === null ? splitHostPort(bare) : { host: mapped[1]!, port: portOf(mapped[2]) };
  const ip = canonicalAddress(host);
  return ip === undefined ? undefined : { address: host, ip, port };
}

/** The endpoint that the last `[ADDRESS]` or `[IPv6:ADDRESS]` before `end` names, with the name before the bracket as its domain. */
export function bracketed(text: string, end = text.length, from = 0): EcsEndpoint | undefined {
  for (let close = text.lastIndexOf(']', end - 1); close > from; close = text.lastIndexOf(']', close - 1)) {
    const open = text.lastIndexOf('[', close);
    if (open < from) return undefined;
    const found = bracketAt(text, open, close);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The endpoint in the first bracket after `from`. */
export function firstBracketed(text: string, from = 0, end = text.length): EcsEndpoint | undefined {
  const open = text.indexOf('[', from);
  if (open === -1 || open >= end) return undefined;
  const close = text.indexOf(']', open);
  return close === -1 || close >= end ? undefined : bracketAt(text, open, close);
}

const MAX_ADDRESS = 64;

function bracketAt(text: string, open: number, close: number): EcsEndpoint | undefined {
  if (close - open > MAX_ADDRESS) return undefined;
  const inner = text.slice(open + 1, close);
  const address = inner.startsWith('IPv6:') ? inner.slice(5) : inner;
  const ip = canonicalAddress(address);
  return ip === undefined ? undefined : { address, ip };
}
