/** Apache's `LogFormat`: directives between literals. Source: mod_log_config. */
import {
  clfTime,
  duration,
  epoch,
  isoTimeField,
  LinePattern,
  method,
  other,
  protocol,
  query,
  request,
  status,
  target,
  text,
  type PatternField,
  type Take,
} from '../../web/line-pattern.ts';

/** `%{c}a`: who has connected, where `%a` may be what a proxy said. */
const peer: Take = (record, value) => {
  if (record.remote === '') record.remote = value;
  return true;
};

const DIRECTIVES: ReadonlyMap<string, Take> = new Map([
  ['a', text('remote')],
  ['h', text('remote')],
  ['l', text('ident')],
  ['u', text('user')],
  ['t', clfTime],
  ['r', request],
  ['m', method],
  ['U', target],
  ['q', query],
  ['H', protocol],
  ['s', status],
  ['b', text('bytes')],
  ['B', text('bytes')],
  ['O', text('bytes')],
  ['D', duration(1e3)],
  ['T', duration(1e9)],
  ['v', text('host')],
  ['V', text('host')],
]);

/** `%{…}x`, by the directive's letter and what stands in its braces. */
const NAMED: ReadonlyMap<string, Take> = new Map([
  ['i referer', text('referrer')],
  ['i user-agent', text('userAgent')],
  ['i x-forwarded-for', text('forwardedFor')],
  ['i host', text('host')],
  ['a c', peer],
  ['T ms', duration(1e6)],
  ['T us', duration(1e3)],
  ['T s', duration(1e9)],
  ['t sec', epoch],
  ['t msec', epoch],
  ['t usec', epoch],
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
  if (name === undefined) return DIRECTIVES.get(letter) ?? other(letter);
  if (letter === 't' && name.includes('%')) return /^(?:begin:)?(?:%Y-%m-%d|%F)/.test(name) ? isoTimeField : clfTime;
  return NAMED.get(`${letter} ${letter === 'i' ? name.toLowerCase() : name}`) ?? other(name);
}

/** `LogFormat "%h …" name` is what stands in its quotes; a backslash before a quote is the configuration's. */
function formatOf(pattern: string): string {
  const quoted = /^\s*(?:LogFormat|CustomLog\s+\S+)\s+"((?:\\.|[^"\\])*)"/.exec(pattern)?.[1];
  return (quoted ?? pattern).replaceAll('\\"', '"').replaceAll('\\t', '\t');
}
