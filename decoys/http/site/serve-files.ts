/** Answers with the site's files as the server at hand would: index, folders, what is not there, and methods that files do not know. */
import type { Answer, Request } from '../message.types.ts';
import type { Circumstances, WebServer } from '../servers/web-server.types.ts';
import type { Site, SiteFile } from './site.types.ts';

const INDEXES = ['index.html', 'index.htm', 'index.nginx-debian.html'];

export function serveFiles(server: WebServer, site: Site, request: Request, circumstances: Circumstances): Answer {
  const found =
    request.path === '*'
      ? undefined
      : (find(site, request.path) ?? (server.pathInfo ? findAbove(site, request.path) : undefined));
  const refused = server.method(request, found !== undefined);
  if (refused !== undefined) return refused;
  if (found === undefined) return server.nothing(request);
  if (found.kind === 'file') {
    const { method } = request;
    if (method === 'POST' && !server.filesWaitForBody && server.software.startsWith('nginx'))
      return { status: 405, from: 'server' };
    return server.file(request, found.file, circumstances);
  }
  if (!request.path.endsWith('/')) return server.redirectToFolder(request, circumstances);
  return server.folder(request, { path: request.path, entries: found.entries }, circumstances);
}

/** The file at the beginning of the path, as CGI programs are called. */
function findAbove(site: Site, path: string): Found | undefined {
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
    const found = site.find(path.slice(0, end));
    if (found !== undefined && 'file' in found) return { kind: 'file', file: found.file };
  }
  return undefined;
}

type Found =
  | { readonly kind: 'file'; readonly file: SiteFile }
  | {
      readonly kind: 'folder';
      readonly entries: readonly { name: string; folder: boolean; size: number; modified: number }[];
    };

function find(site: Site, path: string): Found | undefined {
  const found = site.find(path);
  if (found === undefined) return undefined;
  if ('file' in found) return path.endsWith('/') ? undefined : { kind: 'file', file: found.file };
  if (path.endsWith('/'))
    for (const name of INDEXES) {
      const index = site.find(`${path}${name}`);
      if (index !== undefined && 'file' in index) return { kind: 'file', file: index.file };
    }
  return { kind: 'folder', entries: [...found.folder.entries] };
}
