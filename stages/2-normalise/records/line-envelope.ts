/**
 * Lines inside the lines of who carried them: what a container runtime writes before each (`TIME stdout F …`), `docker compose logs` (`service  | …`), and web servers
 * that log to syslog. Told once from the begin of a source, since looking at every line of every log would cost.
 */
import { shareOf } from '../text/share.ts';

/** Answers the line that is inside; the line itself where nothing carries it. */
export type OpenLine = (line: string) => string;

const RUNTIME = /^\d{4}-\d\d-\d\dT[\d:.]{8,20}(?:Z|[+-]\d\d:\d\d) std(?:out|err) [FP] /;
const COMPOSE = /^[a-z0-9][\w.-]{0,62} +\| /;
/** Access and error logs alike have a time of their own. */
const WEB_SERVER =
  /^(?:<\d{1,3}>)?(?:1 )?(?:[A-Z][a-z]{2} [ \d]\d [\d:]{8}|\d{4}-\d\d-\d\dT\S{8,24}) \S{1,255} (?:\S{0,64}nginx|apache2?|httpd|caddy|lighttpd|cowrie)(?:\[\d{1,10}\]|\/\S{1,32})?:? (?:\d{1,10} - - |- - - )?(?=[\S ]{0,160}(?:\[\d\d\/[A-Z][a-z]{2}\/\d{4}:|\d{4}\/\d\d\/\d\d [\d:]{8} \[|\{"|\d{4}-\d\d-\d\dT[\d:.]{8,15}(?:Z|\+0000) \[))/;
const LEAST = 0.9;

const FORMS = [RUNTIME, COMPOSE, WEB_SERVER];

/** Undefined where nobody carries these lines. */
export function lineEnvelopeOf(lines: readonly string[]): OpenLine | undefined {
  const form = FORMS.find((one) => shareOf(lines, (line) => one.test(line)) >= LEAST);
  if (form === undefined) return undefined;
  return (line) => {
    const match = form.exec(line);
    return match === null ? line : line.slice(match[0].length);
  };
}
