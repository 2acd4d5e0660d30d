/** One side of a connection as Cisco's firewalls write it: `192.0.2.1/443`, `192.0.2.1(443)`, `host.example/22`, each perhaps with `(LOCAL\group\user)` behind it. */
import { canonicalAddress } from '../../text/canonical-address.ts';
import { numberIn } from '../../text/document.ts';

export interface Side {
  readonly ip: string | undefined;
  readonly domain: string | undefined;
  /** Not checked against 65535: what the device says is kept. */
  readonly port: number | undefined;
  readonly user: Person | undefined;
}

export interface Person {
  readonly domain: string | undefined;
  readonly group: string | undefined;
  readonly name: string;
}

/** @param noPort where the number after the slash is an identifier, as with ICMP */
export function sideOf(text: string | undefined, noPort = false): Side | undefined {
  if (text === undefined || text === '') return undefined;
  let host = text;
  let port: number | undefined;
  let user: Person | undefined;
  const open = host.indexOf('(');
  if (open > 0) {
    const inside = host.slice(open + 1, host.endsWith(')') ? -1 : undefined);
    host = host.slice(0, open).trimEnd();
    if (inside.includes('\\')) user = personOf(inside);
    else port = numberIn(inside);
  }
  const slash = host.indexOf('/');
  const colon = host.indexOf(':');
  if (slash !== -1) {
    port ??= numberIn(host.slice(slash + 1));
    host = host.slice(0, slash);
  } else if (colon !== -1 && colon === host.lastIndexOf(':')) {
    port ??= numberIn(host.slice(colon + 1));
    host = host.slice(0, colon);
  }
  const at = host.lastIndexOf('@');
  if (at !== -1) host = host.slice(at + 1);
  const ip = canonicalAddress(host);
  return { ip, domain: ip === undefined && host !== '' ? host : undefined, port: noPort ? undefined : port, user };
}

function personOf(text: string): Person | undefined {
  const parts = text.split('\\');
  const name = parts.pop()!;
  if (name === '') return undefined;
  return { domain: parts[0], group: parts[1], name };
}

/** `0:01:07`, `92:24:20`, `0h:32m:16s`, `1d 2h:03m:04s`, in nanoseconds. */
export function durationNs(text: string | undefined): number | undefined {
  const match = /^(?:(\d{1,5})d\s?)?(\d{1,6})h?:(\d{1,2})m?:(\d{1,2})s?$/.exec(text ?? '');
  if (match === null) return undefined;
  const [, days = '0', hours, minutes, seconds] = match;
  return (((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1e9;
}
