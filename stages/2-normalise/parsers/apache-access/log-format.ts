/** Apache's `LogFormat`: directives between literals. Source: mod_log_config. */
import * as take from '../../web/line-pattern.ts';
import { LinePattern, type PatternField, type Take } from '../../web/line-pattern.ts';

/** `%{c}a`: who has connected, where `%a` may be what a proxy said. */
const peer: Take = (record, value) => {
  if (record.remote === '') record.remote = value;
  return true;
};

const DIRECTIVES: ReadonlyMap<string, Take> = new Map([
  ['a', take.text('remote')],
  ['h', take.text('remote')],
  ['l', take.text('ident')],
  ['u', take.text('user')],
  ['t', take.clfTime],
  ['r', take.request],
  ['m', take.method],
  ['U', take.target],
  ['q', take.query],
  ['H', take.protocol],
  ['s', take.status],
  ['b', take.text('bytes')],
  ['B', take.text('bytes')],
  ['O', take.text('bytes')],
  ['D', take.duration(1e3)],
  ['T', take.duration(1e9)],
  ['v', take.text('host')],
  ['V', take.text('host')],
]);

/** `%{…}x`, by the directive's letter and what stands in its braces. */
const NAMED: ReadonlyMap<string, Take> = new Map([
  ['i referer', take.text('referrer')],
  ['i user-agent', take.text('userAgent')],
  ['i x-forwarded-for', take.text('forwardedFor')],
  ['i host', take.text('host')],
  ['a c', peer],
  ['T ms', take.duration(1e6)],
  ['T us', take.duration(1e3)],
  ['T s', take.duration(1e9)],
  ['t sec', take.epoch],
  ['t msec', take.epoch],
  ['t usec', take.epoch],
]);

const DIRECTIVE = /%[!\d,]*[<>]?(?:\{([^}]*)\})?([A-Za-z%])/g;
const PREDEFINED = new Set(['', 'common', 'combined', 'vhost_combined', 'vhost_common', 'combinedio']);

/**
 * @param pattern a format string, or the whole directive as the configuration has it; or the name of a form that is read without one
 * @returns undefined where lines are read without a pattern
 */
export function apachePattern(pattern: string | undefined): LinePattern | undefined {
  if (pattern === undefined || PREDEFINED.has(pattern)) return undefined;
  const format = formatOf(pattern);
  const fields: PatternField[] = [];
  let literal = '';
  let from = 0;
  for (const found of format.matchAll(DIRECTIVE)) {
    literal += format.slice(from, found.index);
    from = found.index + found[0].length;
    if (found[2] === '%') literal += '%';
    else {
      fields.push({ before: literal, take: takeOf(found[2]!, found[1]) });
      literal = '';
    }
  }
  return new LinePattern(fields, literal + format.slice(from));
}

function takeOf(letter: string, name: string | undefined): Take {
  if (name === undefined) return DIRECTIVES.get(letter) ?? take.other(letter);
  if (letter === 't' && name.includes('%'))
    return /^(?:begin:)?(?:%Y-%m-%d|%F)/.test(name) ? take.isoTimeField : take.clfTime;
  return NAMED.get(`${letter} ${letter === 'i' ? name.toLowerCase() : name}`) ?? take.other(name);
}

/** `LogFormat "%h …" name` is what stands in its quotes; a backslash before a quote is the configuration's. */
function formatOf(pattern: string): string {
  const quoted = /^\s*(?:LogFormat|CustomLog\s+\S+)\s+"((?:\\.|[^"\\])*)"/.exec(pattern)?.[1];
  return (quoted ?? pattern).replaceAll('\\"', '"').replaceAll('\\t', '\t');
}
