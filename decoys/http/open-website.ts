/** Puts together what a decoy serves: the server that the machine would have, and on it what the configuration or the persona says. */
import type { DecoyDescription } from '@netsentinel/contracts/decoy';
import type { Persona } from '../persona/persona.types.ts';
import type { Installation } from './applications/application.types.ts';
import { applications } from './applications/index.ts';
import { webShell } from './applications/web-shell/web-shell.application.ts';
import type { HttpConfig } from './http.config.ts';
import { apacheServer } from './servers/apache/apache.server.ts';
import { goServer } from './servers/go/go.server.ts';
import { lighttpdServer } from './servers/lighttpd/lighttpd.server.ts';
import { nginxServer } from './servers/nginx/nginx.server.ts';
import type { WebServer } from './servers/web-server.types.ts';
import { personaSite } from './site/persona-site.ts';
import { Website, type Mounted } from './website.ts';

export type ServerKind = Exclude<HttpConfig['server'], 'persona'>;

/** Applications that answer for every path, and on whose servers nothing else lies. */
const WHOLE = new Set([
  'docker',
  'kubernetes',
  'kubelet',
  'elasticsearch',
  'jenkins',
  'gitlab',
  'fortigate',
  'citrix',
  'router',
  'camera',
]);
const SPEAK_GO = new Set(['docker', 'kubernetes', 'kubelet', 'elasticsearch']);

/** Where the machine has none of it: Debian 12's, and what the applications say of themselves. */
const DEFAULT_VERSIONS = {
  nginx: '1.22.1',
  apache: '2.4.71',
  lighttpd: '1.4.69',
  docker: '24.0.7',
  elasticsearch: '7.10.2',
} as const;

type Served = Pick<Installation, 'path' | 'version' | 'title' | 'model'> & { readonly application: string };

export function openWebsite(
  persona: Persona,
  config: HttpConfig,
  options: { readonly secure: boolean; readonly type: string },
): Website {
  const served = servedBy(persona, config, options.type);
  const kind = serverKind(persona, config, served);
  const server = webServer(persona, config, kind, served);
  const mounted: Mounted[] = [];
  const mount = (id: string, what: Omit<Served, 'application'>): void => {
    const definition = applications.get(id);
    if (definition === undefined) return;
    const installation = {
      persona,
      ...what,
      path: what.path === '/' ? '' : what.path.replace(/\/$/, ''),
      server: server.software,
      secure: options.secure,
    };
    mounted.push({ path: installation.path, application: definition.open(installation) });
  };
  const bare = served.some(({ application, path }) => WHOLE.has(application) && path === '/');
  const plain = { path: '/', version: undefined, title: '', model: undefined };
  const hasPhp = !bare && (kind === 'apache' || kind === 'nginx');
  if (config.leaks && hasPhp) mount('leaks', plain);
  if (config.webShells && hasPhp) mount('web-shell', plain);
  // The deepest first, so that what lies at the root does not take their paths.
  for (const each of served.toSorted((a, b) => b.path.length - a.path.length)) mount(each.application, each);
  const programs =
    config.webShells && hasPhp
      ? webShell.open({ persona, ...plain, path: '', server: server.software, secure: options.secure })
      : undefined;
  return new Website(
    server,
    mounted,
    personaSite(persona, kind, bare || served.some(({ path }) => path === '/')),
    programs,
  );
}

function servedBy(persona: Persona, config: HttpConfig, type: string): readonly Served[] {
  if (config.applications !== 'persona')
    return config.applications.map(({ application, path, version, title = '', model }) => ({
      application,
      path,
      version,
      title,
      model,
    }));
  const ports = new Set(persona.services.filter(({ decoy }) => decoy === type).map(({ port }) => port));
  const chosen = new Map<string, Served>();
  for (const { application, path, version, title, model, ports: on } of persona.sites)
    if (application !== 'default' && on.some((port) => ports.has(port)) && !chosen.has(path))
      chosen.set(path, { application, path, version, title, model });
  return [...chosen.values()];
}

function serverKind(persona: Persona, config: HttpConfig, served: readonly Served[]): ServerKind {
  if (config.server !== 'persona') return config.server;
  if (served.some(({ application, path }) => path === '/' && SPEAK_GO.has(application))) return 'go';
  const kinds = ['nginx', 'apache', 'lighttpd'] as const;
  return kinds.find((kind) => persona.software[kind] !== undefined) ?? 'nginx';
}

function webServer(persona: Persona, config: HttpConfig, kind: ServerKind, served: readonly Served[]): WebServer {
  const software = kind === 'go' ? undefined : persona.software[kind];
  const banner = software?.banner ?? '';
  const version =
    config.version ?? /\/(\d[\w.]*)/.exec(banner)?.[1] ?? (software?.version.split(' ', 1)[0] || undefined);
  switch (kind) {
    case 'nginx':
      return nginxServer({
        version: version ?? DEFAULT_VERSIONS.nginx,
        ...(/\((.*)\)/.test(banner) ? { distribution: `(${/\((.*?)\)/.exec(banner)![1]})` } : {}),
        hidesVersion: software !== undefined && banner === 'nginx' && config.version === undefined,
        firstBoundary: persona.derive('nginx boundary', 1)[0]!,
      });
    case 'apache': {
      const system = /\(([^)]+)\)/.exec(banner)?.[1] ?? (software === undefined ? 'Debian' : undefined);
      const extra = /\)( .+)$/.exec(banner)?.[1];
      return apacheServer({
        version: version ?? DEFAULT_VERSIONS.apache,
        ...(system === undefined ? {} : { distribution: system }),
        ...(extra === undefined ? {} : { extra }),
        start: persona.derive('apache start', 1)[0]!,
        serverName: persona.network.address,
        signature: !/Rocky|Red Hat|CentOS|Alma/.test(banner),
      });
    }
    case 'lighttpd':
      return lighttpdServer({ version: version ?? DEFAULT_VERSIONS.lighttpd });
    default:
      return goServer(served.some(({ application }) => application === 'elasticsearch'));
  }
}

/** What `nmap -sV` makes of it, without the `ssl/` of TLS. */
export function describeWebsite(persona: Persona, config: HttpConfig, type: string): DecoyDescription {
  const served = servedBy(persona, config, type);
  const kind = serverKind(persona, config, served);
  const root = served.find(({ path }) => path === '/');
  if (root?.application === 'docker')
    return { service: 'docker', product: 'Docker', version: root.version ?? DEFAULT_VERSIONS.docker };
  if (root?.application === 'elasticsearch')
    return {
      service: 'http',
      product: 'Elasticsearch REST API',
      version: root.version ?? DEFAULT_VERSIONS.elasticsearch,
    };
  // It knows no words for what Go's server says.
  if (kind === 'go') return { service: 'unknown', product: '', version: '' };
  const software = persona.software[kind];
  const names = { nginx: 'nginx', apache: 'Apache httpd', lighttpd: 'lighttpd' } as const;
  const hidden = kind === 'nginx' && software?.banner === 'nginx' && config.version === undefined;
  const version = config.version ?? software?.version ?? DEFAULT_VERSIONS[kind];
  return { service: 'http', product: names[kind], version: hidden ? '' : version };
}
