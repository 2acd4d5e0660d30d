/** A request and what became of it, in the words of the Elastic Common Schema 9, as the platform's HTTP collector takes it. */
import type { WebFinding } from '@netsentinel/detect/web/web-inspection.types';
import type { Decision, GuardRequest } from '../guard.types.ts';

const MAX_TARGET = 4096;
const MAX_HEADER = 1024;
const MAX_BODY = 8192;
const MAX_TOLD = 4;

export interface ReportedRequest {
  readonly request: GuardRequest;
  readonly decision: Decision;
  /** Of a body in which something was found. */
  readonly body?: string | undefined;
  readonly atMs: number;
}

/** One line of JSON. */
export function reportLine({ request, decision, body, atMs }: ReportedRequest): string {
  const { method, target, headers } = request;
  const { client, action } = decision;
  const reason = reasonOf(decision);
  const isAlert = reason !== undefined;
  return JSON.stringify({
    '@timestamp': new Date(atMs).toISOString(),
    ecs: { version: '9.5.0' },
    event: {
      kind: isAlert ? 'alert' : 'event',
      category: isAlert ? ['web', 'intrusion_detection'] : ['web'],
      type: action === 'allow' ? ['access', 'allowed'] : ['access', 'denied'],
      action: `guard-${action}`,
      dataset: 'netsentinel.guard',
      module: 'netsentinel',
      // The platform's word for an alarm that counts by itself.
      ...(isAlert ? { severity: 1 } : {}),
    },
    ...(isAlert ? { rule: { name: reason } } : {}),
    message: `${action}${reason === undefined ? '' : `: ${reason}`}`,
    source: { ip: client.address },
    url: urlOf(target.slice(0, MAX_TARGET)),
    http: {
      request: {
        method: method.slice(0, 32),
        referrer: textOf(headers['referer']),
        mime_type: body === undefined ? undefined : textOf(headers['content-type']),
        body: body === undefined ? undefined : { content: body.slice(0, MAX_BODY) },
      },
      ...(action === 'allow' ? {} : { response: { status_code: decision.answer.status } }),
    },
    user_agent: headers['user-agent'] === undefined ? undefined : { original: textOf(headers['user-agent']) },
  });
}

/** What makes it an alarm; nothing for a request that was let in, limited, or turned away for what its sender did before. */
function reasonOf(decision: Decision): string | undefined {
  if (decision.action === 'honeytoken') return `Decoy touched: ${decision.honeytoken}`;
  return decision.action === 'block' && decision.reason === 'inspection' ? namesOf(decision.findings) : undefined;
}

/** `sql-injection in query id, xss in body comment`. */
export function namesOf(findings: readonly WebFinding[]): string {
  return findings
    .slice(0, MAX_TOLD)
    .map(
      ({ kind, place }) =>
        `${kind} in ${place.in}${place.name === undefined || place.name === '' ? '' : ` ${place.name}`}`,
    )
    .join(', ');
}

function urlOf(target: string): { original: string; path?: string; query?: string } {
  const mark = target.indexOf('?');
  if (!target.startsWith('/')) return { original: target };
  return mark === -1
    ? { original: target, path: target }
    : { original: target, path: target.slice(0, mark), query: target.slice(mark + 1) };
}

function textOf(value: string | readonly string[] | undefined): string | undefined {
  const text = typeof value === 'string' ? value : value?.[0];
  return text?.slice(0, MAX_HEADER);
}
