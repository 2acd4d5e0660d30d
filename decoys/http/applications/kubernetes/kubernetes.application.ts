/** The Kubernetes API server, which lets the anonymous see its version and no more, and the kubelet that was left open beside it. */
import { createHash, randomUUID } from 'node:crypto';
import type { Answer, Header, Request } from '../../message.types.ts';
import { headerOf } from '../../message.types.ts';
import type { Visit } from '../../visit.ts';
import type { Application, ApplicationDefinition, Installation } from '../application.types.ts';
import { formOf, queryOf } from '../html.ts';

export const kubernetes: ApplicationDefinition = {
  id: 'kubernetes',
  summary: 'Kubernetes API server: version and health for all, the rest forbidden to the anonymous.',
  open: (installation) => new ApiServer(installation),
};

export const kubelet: ApplicationDefinition = {
  id: 'kubelet',
  summary: 'Kubelet with anonymous access: pods listed, commands run in their containers.',
  open: (installation) => new Kubelet(installation),
};

function say(status: number, value: unknown, headers: readonly Header[] = []): Answer {
  return {
    status,
    headers: [...headers, ['Content-Type', 'application/json']],
    body: `${JSON.stringify(value, null, 2)}\n`,
    from: 'program',
  };
}

class ApiServer implements Application {
  readonly #installation: Installation;

  constructor(installation: Installation) {
    this.#installation = installation;
  }

  claims(): boolean {
    return true;
  }

  respond(request: Request, path: string, visit: Visit): Answer {
    const { persona } = this.#installation;
    const uid = Buffer.from(persona.derive('kubernetes flow', 16))
      .toString('hex')
      .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    const audit: readonly Header[] = [
      ['Audit-Id', randomUUID()],
      ['Cache-Control', 'no-cache, private'],
      ['X-Kubernetes-Pf-Flowschema-Uid', uid],
      ['X-Kubernetes-Pf-Prioritylevel-Uid', uid.replace(/.$/, '7')],
    ];
    if (/^\/(?:healthz|livez|readyz)(?:\/|$)/.test(path))
      return {
        status: 200,
        headers: [...audit, ['Content-Type', 'text/plain; charset=utf-8'], ['X-Content-Type-Options', 'nosniff']],
        body: 'ok',
        from: 'program',
      };
    const token = /^bearer +(.+)$/i.exec(headerOf(request.headers, 'authorization') ?? '')?.[1];
    if (token !== undefined) {
      visit.session.report.login({
        user: 'bearer',
        password: token,
        method: 'token',
        accepted: false,
        extra: { service: { name: 'kubernetes' } },
      });
      return say(
        401,
        {
          kind: 'Status',
          apiVersion: 'v1',
          metadata: {},
          status: 'Failure',
          message: 'Unauthorized',
          reason: 'Unauthorized',
          code: 401,
        },
        audit,
      );
    }
    if (path === '/version' || path === '/version/') {
      const version = this.#installation.version ?? persona.software.kubernetes?.banner ?? 'v1.29.10';
      const [major, minor] = version.replace(/^v/, '').split('.');
      return say(
        200,
        {
          major,
          minor,
          gitVersion: version,
          gitCommit: createHash('sha1').update(version).digest('hex'),
          gitTreeState: 'clean',
          buildDate: '2024-10-22T20:28:14Z',
          goVersion: 'go1.22.8',
          compiler: 'gc',
          platform: 'linux/amd64',
        },
        audit,
      );
    }
    const parts = path.split('/').filter((part) => part !== '');
    const isResource = (parts[0] === 'api' && parts.length > 2) || (parts[0] === 'apis' && parts.length > 3);
    const [group, rest] = parts[0] === 'api' ? ['', parts.slice(2)] : [parts[1] ?? '', parts.slice(3)];
    const namespace = rest[0] === 'namespaces' && rest.length > 2 ? rest[1] : undefined;
    const [resource = '', name] = namespace === undefined ? rest : rest.slice(2);
    const verb =
      {
        GET: name === undefined ? 'list' : 'get',
        POST: 'create',
        PUT: 'update',
        PATCH: 'patch',
        DELETE: name === undefined ? 'deletecollection' : 'delete',
      }[request.method] ?? request.method.toLowerCase();
    const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
    const message = isResource
      ? `${resource}${name === undefined ? '' : ` "${name}"`} is forbidden: User "system:anonymous" cannot ${verb} resource "${resource}" in API group "${group}" ${where}`
      : `forbidden: User "system:anonymous" cannot ${request.method.toLowerCase()} path "${path}"`;
    return say(
      403,
      {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message,
        reason: 'Forbidden',
        details: isResource
          ? { ...(name === undefined ? {} : { name }), ...(group === '' ? {} : { group }), kind: resource }
          : {},
        code: 403,
      },
      [...audit, ['X-Content-Type-Options', 'nosniff']],
    );
  }
}

class Kubelet implements Application {
  readonly #installation: Installation;

  constructor(installation: Installation) {
    this.#installation = installation;
  }

  claims(): boolean {
    return true;
  }

  async respond(request: Request, path: string, visit: Visit): Promise<Answer> {
    const { persona } = this.#installation;
    if (path === '/healthz')
      return {
        status: 200,
        headers: [
          ['Content-Type', 'text/plain; charset=utf-8'],
          ['X-Content-Type-Options', 'nosniff'],
        ],
        body: 'ok',
        from: 'program',
      };
    if (/^\/(?:pods|runningpods)\/?$/.test(path)) {
      const pods = this.#pods();
      return say(200, { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: pods });
    }
    const run = /^\/(?:run|exec)\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(path);
    if (run !== null) {
      const command =
        formOf(request).get('cmd') ?? queryOf(request).get('cmd') ?? queryOf(request).get('command') ?? '';
      if (!this.#pods().some((pod) => pod.metadata.name === run[2]))
        return {
          status: 404,
          headers: [
            ['Content-Type', 'text/plain; charset=utf-8'],
            ['X-Content-Type-Options', 'nosniff'],
          ],
          body: 'pod does not exist\n',
          from: 'program',
        };
      return {
        status: 200,
        headers: [['Content-Type', 'text/plain; charset=utf-8']],
        body: Buffer.from(await visit.run(command, { user: 'root', directory: '/', stderr: true }), 'latin1'),
        from: 'program',
      };
    }
    if (path === '/metrics' || path.startsWith('/stats')) return say(200, { node: { nodeName: persona.hostname } });
    return {
      status: 404,
      headers: [
        ['Content-Type', 'text/plain; charset=utf-8'],
        ['X-Content-Type-Options', 'nosniff'],
      ],
      body: '404 page not found\n',
      from: 'program',
    };
  }

  #pods() {
    const { persona } = this.#installation;
    const suffix = (purpose: string) =>
      Buffer.from(persona.derive(`pod ${purpose}`, 8))
        .toString('hex')
        .slice(0, 5);
    const pod = (namespace: string, name: string, image: string, container: string) => ({
      metadata: {
        name,
        namespace,
        uid: Buffer.from(persona.derive(`pod uid ${name}`, 16)).toString('hex'),
        creationTimestamp: new Date(persona.installedAt + 600_000).toISOString().replace(/\.\d+/, ''),
      },
      spec: {
        containers: [{ name: container, image, resources: {}, imagePullPolicy: 'IfNotPresent' }],
        nodeName: persona.hostname,
      },
      status: {
        phase: 'Running',
        hostIP: persona.network.address,
        podIP: `10.244.0.${2 + (persona.derive(`pod ip ${name}`, 1)[0]! % 60)}`,
      },
    });
    return [
      pod('kube-system', `kube-proxy-${suffix('proxy')}`, 'registry.k8s.io/kube-proxy:v1.29.10', 'kube-proxy'),
      pod('kube-system', `coredns-76f75df574-${suffix('dns')}`, 'registry.k8s.io/coredns/coredns:v1.11.1', 'coredns'),
      pod('default', `web-6d4b75cb6d-${suffix('web')}`, 'nginx:1.25', 'web'),
    ];
  }
}
