/** The audit log of a Kubernetes API server: who asked for what, from where, and whether it was allowed. Fields as Elastic's `kubernetes` integration names them. */
import { Refusal, type JsonObject, type Parsed, type ParserDefinition } from '@netsentinel/contracts/parser';
import { get, isObject, numberOf, related, textOf } from '../../text/document.ts';
import { endpointOf } from '../../text/endpoint.ts';
import { shareOf } from '../../text/share.ts';
import { isoTime, parseIsoTime } from '../../text/time.ts';
import { stateless, type LocalClock } from '../stateless.ts';

export const kubernetesAudit: ParserDefinition = {
  id: 'kubernetes-audit',
  title: 'Kubernetes audit log, JSON',
  module: 'kubernetes',
  dataset: 'kubernetes.audit_logs',
  examples: [
    '{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Request","auditID":"57a794de-0000-4000-8000-000000000001","stage":"ResponseComplete","requestURI":"/api/v1/namespaces/shop/pods/web-1/exec?command=%2Fbin%2Fsh&stdin=true&tty=true","verb":"create","user":{"username":"alice","groups":["system:authenticated"]},"sourceIPs":["198.51.100.7"],"userAgent":"kubectl/v1.30.0","objectRef":{"resource":"pods","namespace":"shop","name":"web-1","apiVersion":"v1","subresource":"exec"},"responseStatus":{"metadata":{},"code":101},"requestReceivedTimestamp":"2026-11-21T09:30:00.763960Z","stageTimestamp":"2026-11-21T09:30:01.000000Z","annotations":{"authorization.k8s.io/decision":"allow"}}',
    '{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"57a794de-0000-4000-8000-000000000002","stage":"ResponseComplete","requestURI":"/api/v1/secrets","verb":"list","user":{"username":"system:anonymous","groups":["system:unauthenticated"]},"sourceIPs":["198.51.100.7"],"userAgent":"curl/8.5.0","objectRef":{"resource":"secrets","apiVersion":"v1"},"responseStatus":{"metadata":{},"status":"Failure","reason":"Forbidden","code":403},"requestReceivedTimestamp":"2026-11-21T09:30:02.100000Z","stageTimestamp":"2026-11-21T09:30:02.200000Z","annotations":{"authorization.k8s.io/decision":"forbid"}}',
  ],
  recognise: ({ objects }) => shareOf(objects, isAudit) * 0.97,
  create: stateless({ object: readObject }),
};

function isAudit({ kind, apiVersion, auditID }: JsonObject): boolean {
  return kind === 'Event' && textOf(apiVersion)?.startsWith('audit.k8s.io/') === true && auditID !== undefined;
}

function readObject(object: JsonObject, original: string, { zone }: LocalClock): Parsed {
  if (!isAudit(object)) return new Refusal('no event of a Kubernetes audit log');
  const at = textOf(object['requestReceivedTimestamp']) ?? textOf(object['stageTimestamp']) ?? '';
  const code = numberOf(get(object, 'responseStatus.code'));
  const user = textOf(get(object, 'user.username'));
  const address = textOf(Array.isArray(object['sourceIPs']) ? (object['sourceIPs'] as unknown[])[0] : undefined);
  const agent = textOf(object['userAgent']);
  const reference = isObject(object['objectRef']) ? object['objectRef'] : {};
  const source = address === undefined ? undefined : endpointOf(address);
  const { kind, level, stage, verb, requestURI, auditID, impersonatedUser, requestObject, annotations } = object;
  return {
    '@timestamp': isoTime(parseIsoTime(at, zone)),
    event: {
      kind: 'event',
      category: code === 401 ? ['configuration', 'authentication'] : ['configuration'],
      type: [code === 401 || code === 403 ? 'denied' : 'access'],
      outcome: code === undefined ? undefined : code < 400 ? 'success' : 'failure',
      action: [textOf(verb), textOf(reference['resource']), textOf(reference['subresource'])]
        .filter((one) => one !== undefined)
        .join('-'),
      original,
    },
    source,
    user: user === undefined ? undefined : { name: user },
    user_agent: agent === undefined ? undefined : { original: agent },
    orchestrator: {
      type: 'kubernetes',
      namespace: textOf(reference['namespace']),
      resource: { type: textOf(reference['resource']), name: textOf(reference['name']) },
    },
    related: { ip: related(source?.ip), user: related(user) },
    kubernetes: {
      audit: {
        kind,
        level,
        stage,
        verb,
        requestURI,
        auditID,
        user: object['user'],
        sourceIPs: object['sourceIPs'],
        objectRef: reference,
        responseStatus: object['responseStatus'],
        impersonatedUser,
        requestObject,
        annotations,
      },
    },
  };
}
