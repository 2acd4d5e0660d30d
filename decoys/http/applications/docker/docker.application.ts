/** The Docker Engine API left open on 2375: versions, containers and images, and the container with the host's disk in it that attackers make. */
import { createHash } from 'node:crypto';
import type { Answer, Header, Request } from '../../message.types.ts';
import type { Visit } from '../../visit.ts';
import type { Application, ApplicationDefinition, Installation } from '../application.types.ts';
import { queryOf } from '../html.ts';

const API = '1.43';
/** Containers of one connection, which is as long as they live. */
const MAX_MADE = 16;

export const docker: ApplicationDefinition = {
  id: 'docker',
  summary: 'Docker Engine API without TLS: images, containers made, started and given commands.',
  open: (installation) => new Docker(installation),
};

interface Made {
  readonly image: string;
  readonly command: readonly string[];
}

class Docker implements Application {
  readonly #installation: Installation;
  /** By the attacker's machine, so that nothing outlives it. */
  readonly #made = new WeakMap<object, Map<string, Made>>();

  constructor(installation: Installation) {
    this.#installation = installation;
  }

  claims(): boolean {
    return true;
  }

  async respond(request: Request, fullPath: string, visit: Visit): Promise<Answer> {
    const { persona, version = '24.0.7' } = this.#installation;
    const path = fullPath.replace(/^\/v\d+\.\d+(?=\/)/, '');
    const own: readonly Header[] = [
      ['Api-Version', API],
      ['Docker-Experimental', 'false'],
      ['Ostype', 'linux'],
      ['Server', `Docker/${version} (linux)`],
    ];
    const say = (status: number, value: unknown): Answer => ({
      status,
      headers: [...own, ['Content-Type', 'application/json']],
      body: `${JSON.stringify(value)}\n`,
      from: 'program',
    });
    const id = (purpose: string) =>
      createHash('sha256')
        .update(persona.derive(`docker ${purpose}`, 32))
        .digest('hex');
    const { machine } = await visit.machine();
    const made = this.#made.get(machine) ?? new Map<string, Made>();
    this.#made.set(machine, made);
    if (request.method === 'OPTIONS') return { status: 200, headers: own, body: '', from: 'program' };
    if (path === '/_ping')
      return {
        status: 200,
        headers: [
          ...own,
          ['Builder-Version', '2'],
          ['Cache-Control', 'no-cache, no-store, must-revalidate'],
          ['Content-Type', 'text/plain; charset=utf-8'],
          ['Pragma', 'no-cache'],
        ],
        body: request.method === 'HEAD' ? '' : 'OK',
        from: 'program',
      };
    if (path === '/version')
      return say(200, {
        Platform: { Name: 'Docker Engine - Community' },
        Components: [
          {
            Name: 'Engine',
            Version: version,
            Details: {
              ApiVersion: API,
              Arch: 'amd64',
              KernelVersion: persona.os.kernelRelease,
              MinAPIVersion: '1.12',
              Os: 'linux',
            },
          },
        ],
        Version: version,
        ApiVersion: API,
        MinAPIVersion: '1.12',
        GitCommit: '311b9ff',
        GoVersion: 'go1.20.10',
        Os: 'linux',
        Arch: 'amd64',
        KernelVersion: persona.os.kernelRelease,
        BuildTime: '2023-10-26T09:07:41.000000000+00:00',
      });
    if (path === '/info')
      return say(200, {
        ID: id('engine').slice(0, 36),
        Containers: 1,
        ContainersRunning: 1,
        Images: 2,
        Driver: 'overlay2',
        KernelVersion: persona.os.kernelRelease,
        OperatingSystem: persona.os.prettyName,
        OSType: 'linux',
        Architecture: 'x86_64',
        NCPU: persona.hardware.cpus,
        MemTotal: persona.hardware.memoryKb * 1024,
        DockerRootDir: '/var/lib/docker',
        Name: persona.hostname,
        ServerVersion: version,
      });
    if (path === '/containers/json')
      return say(200, [
        {
          Id: id('container'),
          Names: ['/web'],
          Image: 'nginx:1.25',
          ImageID: `sha256:${id('nginx')}`,
          Command: "/docker-entrypoint.sh nginx -g 'daemon off;'",
          Created: Math.floor(persona.installedAt / 1000) + 90_000,
          Ports: [{ IP: '0.0.0.0', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' }],
          Labels: {},
          State: 'running',
          Status: 'Up 3 weeks',
          Mounts: [],
        },
      ]);
    if (path === '/images/json')
      return say(
        200,
        ['nginx:1.25', 'alpine:3.18'].map((tag) => ({
          Containers: -1,
          Created: Math.floor(persona.installedAt / 1000),
          Id: `sha256:${id(tag)}`,
          Labels: null,
          ParentId: '',
          RepoDigests: null,
          RepoTags: [tag],
          SharedSize: -1,
          Size: tag.startsWith('nginx') ? 186_777_216 : 7_340_032,
        })),
      );
    if (path === '/images/create' && request.method === 'POST') {
      const image = queryOf(request).get('fromImage') ?? '';
      const tag = queryOf(request).get('tag') ?? 'latest';
      visit.session.report.download(`docker://${image}:${tag}`, 'docker');
      return {
        status: 200,
        headers: [...own, ['Content-Type', 'application/json']],
        body: `{"status":"Pulling from ${JSON.stringify(image).slice(1, -1)}","id":"${tag}"}\r\n{"status":"Digest: sha256:${createHash('sha256').update(image).digest('hex')}"}\r\n{"status":"Status: Downloaded newer image for ${JSON.stringify(image).slice(1, -1)}:${tag}"}\r\n`,
        from: 'program',
        chunked: true,
      };
    }
    if (path === '/containers/create' && request.method === 'POST') {
      const spec = parsed(request);
      const name = createHash('sha256').update(`${visit.session.id} ${made.size}`).digest('hex');
      if (made.size < MAX_MADE)
        made.set(name, {
          image: words(spec['Image'])[0] ?? '',
          command: [...words(spec['Entrypoint']), ...words(spec['Cmd'])],
        });
      return say(201, { Id: name, Warnings: [] });
    }
    const [, kind, name = '', verb = ''] = /^\/(containers|exec)\/([\w.-]+)\/(\w+)$/.exec(path) ?? [];
    const known = [...made].find(([each]) => name !== '' && each.startsWith(name))?.[1];
    if (kind === 'containers' && verb === 'exec' && request.method === 'POST') {
      const exec = createHash('sha256').update(`${visit.session.id} exec ${made.size}`).digest('hex');
      if (made.size < MAX_MADE) made.set(exec, { image: '', command: words(parsed(request)['Cmd']) });
      return say(201, { Id: exec });
    }
    if (known !== undefined && verb === 'start') {
      const output = await visit.run(asCommand(known.command), { user: 'root', directory: '/', stderr: true });
      if (kind === 'containers') return { status: 204, headers: own, from: 'program' };
      return {
        status: 200,
        headers: [...own, ['Content-Type', 'application/vnd.docker.raw-stream']],
        body: Buffer.from(output, 'latin1'),
        from: 'program',
        chunked: true,
      };
    }
    if (
      known !== undefined &&
      (verb === 'wait' || verb === 'json' || verb === 'logs' || verb === 'attach' || verb === 'stop')
    )
      return verb === 'wait'
        ? say(200, { StatusCode: 0 })
        : say(200, {
            Id: name,
            State: { Status: 'running', Running: true, ExitCode: 0 },
            Image: known.image,
            Args: known.command,
          });
    if (kind !== undefined) return say(404, { message: `No such container: ${name}` });
    return {
      status: 404,
      headers: [['Content-Type', 'application/json']],
      body: '{"message":"page not found"}\n',
      from: 'program',
    };
  }
}

function parsed(request: Request): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(request.body.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function words(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.slice(0, 64).map(String) : [];
}

/** The words of a command as a shell takes them; those of `sh -c …` are the shell's already. */
function asCommand(command: readonly string[]): string {
  const at = command.indexOf('-c');
  const line =
    at > 0 && /(?:^|\/)(?:ba|da|a)?sh$/.test(command[at - 1]!) && command[at + 1] !== undefined
      ? command[at + 1]!
      : command.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ');
  // The host's disk, where it was mounted into the container: here it is the machine's own.
  return line
    .replace(/\bchroot\s+\/(?:mnt|host|hostfs|tmp|rootfs)\b\s*(?:\/bin\/)?(?:ba)?sh\s+-c\s+/g, 'sh -c ')
    .replace(/\/(?:mnt|host|hostfs|rootfs)(?=\/(?:root|etc|var|home|tmp)\b)/g, '');
}
