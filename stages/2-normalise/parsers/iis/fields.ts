/** W3C fields of IIS: their order, which the log's `#Fields:` says, or the orders that are common where the header is lost. */

const DEFAULT = 'date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent)';
const STATUS = 'sc-status sc-substatus sc-win32-status time-taken';

/** With every field that the dialog of IIS offers. */
const ALL = (
  'date time s-sitename s-computername s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs-version ' +
  'cs(User-Agent) cs(Cookie) cs(Referer) cs-host sc-status sc-substatus sc-win32-status sc-bytes cs-bytes time-taken'
).split(' ');

/** IIS 7.5 and later, with a field that an administrator added (mostly `X-Forwarded-For`) behind it. */
const WITH_REFERRER = `${DEFAULT} cs(Referer) ${STATUS} X-Forwarded-For`.split(' ');
const WITH_COOKIE = `${DEFAULT} cs(Cookie) cs(Referer) ${STATUS} X-Forwarded-For`.split(' ');
/** IIS 7.0. */
const WITHOUT_REFERRER = `${DEFAULT} ${STATUS} X-Forwarded-For`.split(' ');

/** `#Fields: date time …`; undefined for another header. */
export function fieldsIn(header: string): readonly string[] | undefined {
  return header.startsWith('#Fields:') ? header.slice(8).trim().split(/\s+/, 128) : undefined;
}

/** By where the status stands. */
export function guessedFields(words: readonly string[]): readonly string[] | undefined {
  if (words.length === ALL.length && isStatus(words[16])) return ALL;
  if (isStatus(words[11]) && words.length >= 15) return WITH_REFERRER;
  if (isStatus(words[12]) && words.length >= 16) return WITH_COOKIE;
  if (isStatus(words[10]) && words.length >= 14) return WITHOUT_REFERRER;
  return undefined;
}

function isStatus(word: string | undefined): boolean {
  return word !== undefined && /^[1-5]\d\d$/.test(word);
}

/** The fields of HTTP.sys' own log, as every Windows since 2003 writes it. */
export const HTTPERR_FIELDS =
  'date time c-ip c-port s-ip s-port cs-version cs-method cs-uri sc-status s-siteid s-reason s-queuename'.split(' ');
