/**
 * Any other program: `authentication failed … from ADDRESS`, `login failed`, `invalid user`, in the words that most programs use. Careful rather than clever: an
 * address is taken only where exactly one stands behind a word that introduces the client, so what a client calls itself blames nobody else.
 */
import type { EcsEndpoint } from '@netsentinel/contracts/parser';
import { addressIn } from '../peer.ts';
import { failedLogin, login, type Reading } from '../reading.ts';

const NOUN = '(?:auth(?:entication|orization|entification)?|log[ -]?[io]n|logon|sign[ -]?in|password|credentials?)';
const BAD =
  '(?:fail(?:ed|ure|ures)?|denied|rejected|refused|invalid|incorrect|wrong|bad|illegal|unsuccessful|error|mismatch|disallowed|unauthori[sz]ed|non-?existent|excessive)';
const FAILURE = new RegExp(
  `\\b(?:${NOUN}(?:[ _-]\\w+){0,3}?[ _:=-]+(?:[\\w']+ ){0,2}?${BAD}|${BAD}(?: \\w+){0,2}?[ _-]${NOUN}|(?:unknown|invalid|illegal|no such|non-?existent) (?:user|account|username|login)|access denied|failed to (?:authenticate|log ?in)|could not authenticate|not? (?:allowed|authori[sz]ed) to log ?in)\\b`,
  'i',
);
const SUCCESS =
  /\b(?:accepted (?:password|publickey)|(?:login|logon|authentication) (?:ok|succeeded|successful)|(?:successful|successfully) (?:log(?:ged)? ?in|login|logon|authenticated?))\b/i;
const INTRODUCED =
  /(?:\b(?:from|rhost|host|ip|addr(?:ess)?|client|peer|remote|src|rip|raddr|remote_addr|source|by|for IP|relay|connecting host)(?: (?:ip|address|host|client|addr))?[:= ]+|@|\()["'`[(<]{0,2}((?:\d{1,3}\.){3}\d{1,3}|(?:::ffff:|IPv6:)?[0-9a-f:]*:[0-9a-f:.]+)(?=[\s"'`\])>,;:.]|$)/gi;
const NAMED = /\b(?:user(?:name)?|login|account|acct)(?: name)?(?:[=:] ?| )["'`<[(]?([^\s"'`<>[\](),;:=]{1,128})/gi;
const NO_NAMES = new Set('name from is was not failed unknown and or authentication password has login in'.split(' '));
/** What is quoted and has blanks is somebody's text: a name that tells an address, for one. */
const SENTENCE = /(?<=^|[\s=(:[])(?:"[^"]*\s[^"]*"|'[^']*\s[^']*')(?=[\s,;:.)\]]|$)/g;
const MAX_LOOKED_AT = 2048;
/** A program that speaks of any of these speaks of a login; nothing else is looked at closely. */
const HINT = /auth|log[ -]?[io]n|passw|credential|sign[ -]?in|user|account|denied/i;

export function generic(message: string): Reading | undefined {
  if (!HINT.test(message)) return undefined;
  const text = (message.length > MAX_LOOKED_AT ? message.slice(0, MAX_LOOKED_AT) : message).replace(SENTENCE, "''");
  const failed = FAILURE.test(text);
  if (!failed && !SUCCESS.test(text)) return undefined;
  const source = onlyAddress(text);
  const user = nameIn(text);
  if (source === undefined && user === undefined) return undefined;
  return failed ? failedLogin(source, user) : login(source, user);
}

function nameIn(text: string): string | undefined {
  for (const [, name] of text.matchAll(NAMED)) if (!NO_NAMES.has(name!.toLowerCase())) return name;
  return undefined;
}

/** Undefined where different addresses are introduced: one of them may be somebody's invention. */
function onlyAddress(text: string): EcsEndpoint | undefined {
  let only: EcsEndpoint | undefined;
  for (const match of text.matchAll(INTRODUCED)) {
    const found = addressIn(match[1]!);
    if (found === undefined) continue;
    if (only !== undefined && only.ip !== found.ip) return undefined;
    only = found;
  }
  return only;
}
