/** nginx's `log_format`: variables between literals. Source: ngx_http_log_module and the variables of ngx_http_core_module. */
import * as take from '../../web/line-pattern.ts';
import { LinePattern, type PatternField, type Take } from '../../web/line-pattern.ts';

const VARIABLES: ReadonlyMap<string, Take> = new Map([
  ['remote_addr', take.text('remote')],
  ['realip_remote_addr', take.other('realip_remote_addr')],
  ['proxy_add_x_forwarded_for', take.text('remote')],
  ['remote_user', take.text('user')],
  ['time_local', take.clfTime],
  ['time_iso8601', take.isoTimeField],
  ['msec', take.epoch],
  ['request', take.request],
  ['request_method', take.method],
  ['request_uri', take.target],
  ['uri', take.target],
  ['args', take.query],
  ['query_string', take.query],
  ['server_protocol', take.protocol],
  ['status', take.status],
  ['body_bytes_sent', take.text('bytes')],
  ['request_time', take.duration(1e9)],
  ['http_referer', take.text('referrer')],
  ['http_user_agent', take.text('userAgent')],
  ['http_x_forwarded_for', take.text('forwardedFor')],
  ['host', take.text('host')],
  ['http_host', take.text('host')],
  ['server_name', take.other('server_name')],
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
    fields.push({ before: format.slice(from, found.index), take: VARIABLES.get(name) ?? take.other(name) });
    from = found.index + found[0].length;
  }
  return new LinePattern(fields, format.slice(from));
}

/** `log_format main '$remote_addr …' '…';` is the texts in its quotes, one behind the other. */
function formatOf(pattern: string): string {
  if (!/^\s*log_format\s/.test(pattern)) return pattern;
  return [...pattern.matchAll(/'((?:\\.|[^'\\])*)'/g)].map((found) => found[1]!.replaceAll("\\'", "'")).join('');
}
