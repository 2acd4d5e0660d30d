/** Our three servers over the same tree of files as the real ones. */
import { createServer, type Server } from 'node:net';
import { Http1Connection } from '../http1/http1-connection.ts';
import { apacheServer } from '../servers/apache/apache.server.ts';
import { lighttpdServer } from '../servers/lighttpd/lighttpd.server.ts';
import { nginxServer } from '../servers/nginx/nginx.server.ts';
import type { WebServer } from '../servers/web-server.types.ts';
import { memorySite } from '../site/memory-site.ts';
import { serveFiles } from '../site/serve-files.ts';
import { FILES, MODIFIED, type ReferenceServer } from './reference-servers.ts';

type Name = ReferenceServer['name'];

/** @param versions as the real ones name themselves */
export function playedServers(versions: Readonly<Record<Name, string>>): Readonly<Record<Name, WebServer>> {
  return {
    nginx: nginxServer({ version: versions.nginx }),
    apache: apacheServer({ version: versions.apache, distribution: 'Debian', serverName: 'www.example.org' }),
    lighttpd: lighttpdServer({ version: versions.lighttpd }),
  };
}

/** Listens on a free port of the loopback. */
export async function listen(web: WebServer): Promise<{ readonly server: Server; readonly port: number }> {
  const site = memorySite(
    Object.entries(FILES).map(([path, content]) => ({
      path,
      content: Buffer.from(content, 'latin1'),
      modified: MODIFIED,
    })),
  );
  const server = createServer((socket) => {
    socket.on('error', () => {});
    const connection = new Http1Connection({
      server: web,
      secure: false,
      port: (server.address() as { readonly port: number }).port,
      address: '127.0.0.1',
      now: () => Date.now(),
      isPlain: () => true,
      respond: (request, circumstances) => serveFiles(web, site, request, circumstances),
      send: (bytes) => socket.write(bytes),
      end: () => void socket.end(),
      wait: () => {},
      answered: () => {},
    });
    socket.on('data', (bytes) => connection.data(bytes));
    socket.on('drain', () => connection.drained());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as { readonly port: number }).port };
}
