/**
 * Whose address a line of text speaks of, where no format says it. Careful rather than clever: a text can hold what a client calls itself, so an address counts only
 * where it is the only one of its kind: first of those with a key that can mean nothing but the client, then of those behind a word that introduces one, then of all.
 */
import type { EcsEndpoint } from '@netsentinel/contracts/parser';
import { addressIn } from '../parsers/syslog/peer.ts';

const ADDRESS = String.raw`((?:\d{1,3}\.){3}\d{1,3}|(?:::ffff:|IPv6:)?[0-9a-f]{0,4}:[0-9a-f:.]+)`;
const OPENING = String.raw`["'` + '`' + String.raw`[(<{]{0,2}`;
const END = String.raw`(?![\w.]*\w\.[a-z]|[0-9a-f])`;

/** `client_ip=`, `"remote_addr":"`, `rhost=`. */
const KEYED = new RegExp(
  String.raw`(?<![a-z])(?:(?:client|remote|peer|src|source|user|visitor|request|login)[ _-]?(?:ip|addr(?:ess)?|host)(?:[ _-]?addr(?:ess)?)?|ip[ _-]?addr(?:ess)?|rhost|rip|oip|remip|x-real-ip)["']?(?: is)?\s?[:=]\s?${OPENING}${ADDRESS}${END}`,
  'gi',
);
const INTRODUCED = new RegExp(
  String.raw`(?:\b(?:from|rhost|host|ip|addr(?:ess)?|client|peer|remote|src|rip|raddr|remote_addr|source|by|for IP|van|von|depuis|desde|relay|connecting host)["']?(?:(?: private| public)? (?:ip|address|host|client|addr))?[:= ]+|@|\(|\[)${OPENING}${ADDRESS}(?=[\s"'` +
    '`' +
    String.raw`\])>,;:.|}]|$)`,
  'gi',
);
/** Of servers, and what else stands before an address that is not the client's. */
const NOT_THE_CLIENT =
  /(?:\b(?:to|at|on|server|upstream|via|listening|bind|destination|dest|dst|local\w*|lip|laddr|forwarded[\w-]*|proxy|version|v|nas[\w-]*|user(?:name)?|login|account)["']?[\s:=/]*["'`[(<]{0,2}|[\w./-])$/i;
const BARE = new RegExp(String.raw`(?<![\w.:/-])${ADDRESS}(?=[\s"'` + '`' + String.raw`\])>,;:.|}]|$)`, 'gi');

/** Before all else, as servers write that serve many clients at once: `ADDRESS:PORT message`, `NAME/ADDRESS:PORT message`. */
const AT_BEGIN = new RegExp(String.raw`^(?:[\w.@-]{1,64}/)?${ADDRESS}:\d{1,5} `, 'gi');

/** Undefined where there is none, or more than one that it could be. */
export function clientIn(text: string): EcsEndpoint | undefined {
  return only(text, KEYED) ?? only(text, AT_BEGIN) ?? introduced(text);
}

function introduced(text: string): EcsEndpoint | undefined {
  const found = distinct(text, INTRODUCED);
  if (found.length > 0) return found.length === 1 ? found[0] : undefined;
  return only(text, BARE, (at) => !NOT_THE_CLIENT.test(text.slice(Math.max(0, at - 32), at)));
}

function only(text: string, pattern: RegExp, isAllowed?: (at: number) => boolean): EcsEndpoint | undefined {
  const found = distinct(text, pattern, isAllowed);
  return found.length === 1 ? found[0] : undefined;
}

const MAX_TRIED = 32;

function distinct(text: string, pattern: RegExp, isAllowed?: (at: number) => boolean): EcsEndpoint[] {
  const found: EcsEndpoint[] = [];
  let tried = 0;
  for (const match of text.matchAll(pattern)) {
    if (++tried > MAX_TRIED) break;
    if (isAllowed !== undefined && !isAllowed(match.index)) continue;
    const address = addressIn(match[1]!.replace(/\.$/, ''));
    if (address !== undefined && !found.some(({ ip }) => ip === address.ip)) found.push(address);
  }
  return found;
}
