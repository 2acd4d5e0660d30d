/**
 * Which texts of an event are captured credentials, or quote them, and how they are put into words that nobody reads on a disk (`sealed-text.ts`). An event is
 * sealed where it becomes a record of the stream, lies so in stream and store, and is opened where somebody reads it.
 *
 * Sealed always: `netsentinel.credential.password` and `.response`, `url.password`, the passwords that Heralding lists, what was typed on an RDP screen, and
 * bodies of web requests. Sealed where the event holds one of these, or a URL with a password in it: `event.original`; the URL's texts that show it; any text of
 * `message` and of the vendors' own fields that repeats it. Not sealed: commands and statements, whatever is in them.
 */
import type { Event } from '@netsentinel/contracts/event';
import { VENDORS } from '@netsentinel/contracts/event-vendors';
import { ERASED, SEALED, type SealedTexts } from './sealed-text.ts';

/** Fields that may be sealed, beside those of vendors. */
const FIELDS: ReadonlySet<string> = new Set([
  'event.original',
  'http.request.body.content',
  'http.request.referrer',
  'message',
  'netsentinel.credential.password',
  'netsentinel.credential.response',
  'netsentinel.rdp.typed',
  'url.full',
  'url.original',
  'url.password',
  'url.query',
]);
const NAMESPACES: ReadonlySet<string> = new Set(VENDORS);
/** A parameter that is called like a password, or `user:password@` before a host. */
const SECRET_IN_URL =
  /(?:^|[?&;#])[^=&;#?]{0,64}(?:pass|pwd|pw|credential|secret)[^=&;#?]{0,64}=[^&;#]|\/\/[^/@\s:]{0,256}:[^/@\s]{1,256}@/i;
/** How a field of a vendor is called that holds one. */
const SECRET_NAME = /pass|pwd|credential|secret/i;
/** A record that could not be parsed may hold one all the same. */
const SECRET_WORDS = /pass|pwd|credential|secret|login/i;
/** Shorter ones would be found in every other text. */
const MIN_QUOTED = 4;
const MAX_DEPTH = 32;
const QUOTED_SEALED = `"${SEALED}`;
const SEALED_BYTES = Buffer.from(QUOTED_SEALED);

/** Whether values of this field may be sealed at rest. @param field dotted name */
export function maySeal(field: string): boolean {
  return FIELDS.has(field) || NAMESPACES.has(field.split('.', 1)[0]!);
}

/** The event with its credentials sealed; itself where it has none. */
export function sealEvent(event: Event, texts: SealedTexts): Event {
  const { credential, rdp } = event.netsentinel;
  const body = event.http?.request?.body?.content;
  const inUrl = shown(event);
  const listed = event.heralding === undefined ? [] : attemptsOf(event.heralding);
  const secrets = [credential?.password, credential?.response, event.url?.password, ...listed].filter(isText);
  const quotes = secrets.length > 0 || inUrl.length > 0 || isSuspect(event);
  if (!quotes && body === undefined && rdp?.typed === undefined) return event;

  const sealed = (field: string, text: string): string => (text === ERASED ? text : texts.seal(field, text));
  const out: Event = { ...event };
  const put = (field: string): void => {
    const path = field.split('.');
    const name = path.pop()!;
    let group: Record<string, unknown> | undefined = out;
    for (const part of path) group = group === undefined ? undefined : ownCopy(group, part);
    const text = group?.[name];
    if (typeof text === 'string') group![name] = sealed(field, text);
  };
  for (const field of ALWAYS) put(field);
  for (const field of inUrl) put(field);
  if (!quotes) return out;
  put('event.original');
  const said = secrets.filter((secret) => secret.length >= MIN_QUOTED);
  if (event.message !== undefined && (inUrl.length > 0 || said.some((secret) => event.message!.includes(secret))))
    put('message');
  if (secrets.length > 0)
    for (const name of VENDORS)
      if (event[name] !== undefined)
        (out as Record<string, unknown>)[name] = sealedWithin(event[name], name, said, sealed, 0);
  return out;
}

/** Opens every sealed text of an event that was read from its JSON, in place. What does not open stays as it is. */
export function openEvent<T extends object>(event: T, texts: SealedTexts): T {
  openWithin(event as Record<string, unknown>, '', texts, 0);
  return event;
}

/** The same for an event as JSON text. */
export function openEventText(json: string, texts: SealedTexts): string {
  return json.includes(QUOTED_SEALED) ? JSON.stringify(openEvent(JSON.parse(json) as object, texts)) : json;
}

/** Whether something is sealed in this record. */
export function holdsSealed(record: Uint8Array): boolean {
  return Buffer.from(record.buffer, record.byteOffset, record.byteLength).includes(SEALED_BYTES);
}

const ALWAYS = [
  'netsentinel.credential.password',
  'netsentinel.credential.response',
  'netsentinel.rdp.typed',
  'url.password',
  'http.request.body.content',
];

/** Texts of the URL that show a password. */
function shown({ url, http }: Event): string[] {
  const found: string[] = [];
  if (url?.original !== undefined && SECRET_IN_URL.test(url.original)) found.push('url.original');
  if (url?.full !== undefined && SECRET_IN_URL.test(url.full)) found.push('url.full');
  if (url?.query !== undefined && SECRET_IN_URL.test(url.query)) found.push('url.query');
  if (http?.request?.referrer !== undefined && SECRET_IN_URL.test(http.request.referrer))
    found.push('http.request.referrer');
  return found;
}

function isSuspect({ event }: Event): boolean {
  return event.kind === 'pipeline_error' && event.original !== undefined && SECRET_WORDS.test(event.original);
}

function attemptsOf(heralding: Record<string, unknown>): unknown[] {
  const session = heralding['session'];
  const list = isObject(session) ? session['auth_attempts'] : undefined;
  return Array.isArray(list) ? list.map((one: unknown) => (isObject(one) ? one['password'] : undefined)) : [];
}

/** The value with what is a secret by its name, or repeats one, sealed. */
function sealedWithin(
  value: unknown,
  field: string,
  secrets: readonly string[],
  sealed: (field: string, text: string) => string,
  depth: number,
): unknown {
  if (typeof value === 'string')
    return SECRET_NAME.test(lastOf(field)) || secrets.some((secret) => value.includes(secret))
      ? sealed(field, value)
      : value;
  if (depth >= MAX_DEPTH || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => sealedWithin(one, field, secrets, sealed, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name,
      sealedWithin(one, `${field}.${name}`, secrets, sealed, depth + 1),
    ]),
  );
}

function openWithin(group: Record<string, unknown> | unknown[], at: string, texts: SealedTexts, depth: number): void {
  if (depth >= MAX_DEPTH) return;
  const isList = Array.isArray(group);
  for (const [name, value] of Object.entries(group)) {
    const field = isList ? at : at === '' ? name : `${at}.${name}`;
    if (typeof value === 'string') {
      if (value.startsWith(SEALED)) (group as Record<string, unknown>)[name] = texts.open(field, value) ?? value;
    } else if (typeof value === 'object' && value !== null)
      openWithin(value as Record<string, unknown>, field, texts, depth + 1);
  }
}

/** The group of this name as a copy that may be changed, where there is one. */
function ownCopy(parent: Record<string, unknown>, name: string): Record<string, unknown> | undefined {
  const group = parent[name];
  if (!isObject(group)) return undefined;
  const copy = { ...group };
  parent[name] = copy;
  return copy;
}

function lastOf(field: string): string {
  return field.slice(field.lastIndexOf('.') + 1);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
