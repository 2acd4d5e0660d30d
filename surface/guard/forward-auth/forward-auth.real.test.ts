/** Debian's nginx and Caddy ask the endpoint before they serve, set up as the README says. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, listening } from '@netsentinel/testkit/free-port';
import { afterEach, expect, it } from 'vitest';
import { createGuard } from '../guard.ts';
import { createForwardAuth } from './forward-auth.ts';

interface WebServer {
  readonly program: string;
  /** Configuration, and the words that start it in the foreground with it. */
  configure(
    folder: string,
    ports: { readonly own: number; readonly auth: number; readonly app: number },
  ): readonly string[];
}

const servers: readonly WebServer[] = [
  {
    program: 'nginx',
    configure: (folder, { own, auth, app }) => {
      const file = join(folder, 'nginx.conf');
      writeFileSync(
        file,
        `daemon off; pid ${folder}/nginx.pid; error_log ${folder}/error.log; events {}
http {
  access_log off; client_body_temp_path ${folder}/a; proxy_temp_path ${folder}/b; fastcgi_temp_path ${folder}/c; uwsgi_temp_path ${folder}/d; scgi_temp_path ${folder}/e;
  server {
    listen 127.0.0.1:${own};
    location / {
      auth_request /guard;
      auth_request_set $guard_status $upstream_http_x_guard_status;
      error_page 403 = @refused;
      proxy_pass http://127.0.0.1:${app};
    }
    location @refused {
      if ($guard_status = 429) { return 429; }
      return 403;
    }
    location = /guard {
      internal;
      proxy_pass http://127.0.0.1:${auth}/nginx;
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
      proxy_set_header X-Original-URI $request_uri;
      proxy_set_header X-Original-Method $request_method;
      proxy_set_header X-Forwarded-For $remote_addr;
    }
  }
}
`,
      );
      return ['-c', file, '-e', join(folder, 'error.log')];
    },
  },
  {
    program: 'caddy',
    configure: (folder, { own, auth, app }) => {
      const file = join(folder, 'Caddyfile');
      writeFileSync(
        file,
        `{
  admin off
  auto_https off
}
http://127.0.0.1:${own} {
  forward_auth 127.0.0.1:${auth} {
    uri /caddy
  }
  reverse_proxy 127.0.0.1:${app}
}
`,
      );
      return ['run', '--config', file, '--adapter', 'caddyfile'];
    },
  },
];

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one();
});

for (const webServer of servers) {
  const { program } = webServer;
  it.skipIf(spawnSync('which', [program]).status !== 0)(
    `${program} serves whom guard lets in, and nobody else`,
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'netsentinel-guard-'));
      undo.push(() => rmSync(folder, { recursive: true, force: true }));
      chmodSync(folder, 0o777);
      mkdirSync(join(folder, 'home'));
      let served = 0;
      const app = createServer((_, response) => {
        served++;
        response.end('the application');
      }).listen(0, '127.0.0.1');
      await once(app, 'listening');
      undo.push(() => {
        app.closeAllConnections();
        app.close();
      });
      const guard = createGuard({
        inspection: 'block',
        limits: [{ name: 'few', requests: 2, windowS: 3600, paths: ['/few'] }],
        log: () => undefined,
      });
      const auth = await createForwardAuth({ guard, port: 0 });
      undo.push(
        () => guard.close(),
        () => auth.close(),
      );
      const own = await freePort();
      const args = webServer.configure(folder, { own, auth: auth.port, app: (app.address() as AddressInfo).port });
      const server = spawn(program, args, { stdio: 'ignore', env: { ...process.env, HOME: join(folder, 'home') } });
      undo.push(async () => {
        const ended = once(server, 'exit');
        if (server.exitCode === null && server.kill('SIGTERM')) await ended;
      });
      await listening(own, program);
      const get = async (path: string, headers: Record<string, string> = {}): Promise<number> => {
        const response = await fetch(`http://127.0.0.1:${own}${path}`, { headers });
        await response.text();
        return response.status;
      };
      expect(await get('/news?a=b')).toBe(200);
      expect(await get('/i?id=1%27%20UNION%20SELECT%20a%20FROM%20b--%20-')).toBe(403);
      expect(await get('/news', { 'user-agent': 'sqlmap/1.7' })).toBe(403);
      // Forged: whom the client says it comes from, and what it says that it asks for.
      guard.block('198.51.100.7', 3600);
      expect(await get('/news', { 'x-forwarded-for': '198.51.100.7' })).toBe(200);
      const harmless = {
        'x-original-uri': '/',
        'x-forwarded-uri': '/',
        'x-original-method': 'GET',
        'x-forwarded-method': 'GET',
      };
      expect(await get('/?q=%3Cscript%3Ealert(1)%3C/script%3E', harmless)).toBe(403);
      expect([await get('/few'), await get('/few'), await get('/few')]).toEqual([200, 200, 429]);
      expect(served).toBe(4);
      guard.block('127.0.0.1', 3600);
      expect(await get('/news')).toBe(403);
    },
  );
}
