/** nginx's `log_format`: variables between literals. Source: ngx_http_log_module and the variables of ngx_http_core_module. */
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

const VARIABLES: ReadonlyMap<string, Take> = new Map([
  ['remote_addr', text('remote')],
  ['realip_remote_addr', other('realip_remote_addr')],
  ['proxy_add_x_forwarded_for', text('remote')],
  ['remote_user', text('user')],
  ['time_local', clfTime],
  ['time_iso8601', isoTimeField],
  ['msec', epoch],
  ['request', request],
  ['request_method', method],
  ['request_uri', target],
  ['uri', target],
  ['args', query],
  ['query_string', query],
  ['server_protocol', protocol],
  ['status', status],
  ['body_bytes_sent', text('bytes')],
  ['request_time', duration(1e9)],
  ['http_referer', text('referrer')],
  ['http_user_agent', text('userAgent')],
  ['http_x_forwarded_for', text('forwardedFor')],
  ['host', text('host')],
  ['http_host', text('host')],
  ['server_name', other('server_name')],
]);

const VARIABLE = /\$(?:\{(\w+)\}|(\w+))/g;

/**
 * @param pattern a format string, or the whole directive as the configuration has it; undefined, `combined` and `main` for the forms that are read without one
 * @returns undefined where lines are read without a pattern
 */
export function nginxPattern(pattern: string | undefined): LinePattern | undefined {
  if (pattern === undefined || pattern === '' || pattern === 'combined' || pattern === 'main') return undefined;
  const format = formatOf(pattern);
  const fields: PatternField[] = [];
  let from = 0;
  for (const found of format.matchAll(VARIABLE)) {
    const name = found[1] ?? found[2]!;
    fields.push({ before: format.slice(from, found.index), take: VARIABLES.get(name) ?? other(name) });
    from = found.index + found[0].length;
  }
  return new LinePattern(fields, format.slice(from));
}

/** `log_format main '$remote_addr …' '…';` is the texts in its quotes, one behind the other. */
function formatOf(pattern: string): string {
  if (!/^\s*log_format\s/.test(pattern)) return pattern;
  return [...pattern.matchAll(/'((?:\\.|[^'\\])*)'/g)].map((found) => found[1]!.replaceAll("\\'", "'")).join('');
}
