/** A NAS' web interface (openmediavault): the page that loads the workbench, and the RPC that it signs in by. */
import type { Answer, Header, Request } from '../../message.types.ts';
import { cookiesOf } from '../../http1/http1-connection.ts';
import type { Visit } from '../../visit.ts';
import { accountsOf } from '../accounts.ts';
import type { Application, ApplicationDefinition, Installation } from '../application.types.ts';
import { Assets } from '../assets.ts';
import { escapeHtml, json, page } from '../html.ts';
import { LoginCookies } from '../session-cookie.ts';
import { SCRIPT, STYLE } from './nas-look.ts';

export const nas: ApplicationDefinition = {
  id: 'nas',
  summary: 'openmediavault: sign-in and system information.',
  open: (installation) => new Nas(installation),
};

class Nas implements Application {
  readonly #installation: Installation;
  readonly #cookies: LoginCookies;
  readonly #assets: Assets;

  constructor(installation: Installation) {
    this.#installation = installation;
    this.#cookies = new LoginCookies(installation.persona, 'nas');
    this.#assets = new Assets(installation.persona, {
      '/styles.css': STYLE,
      '/main.js': SCRIPT,
      '/runtime.js': '"use strict";\n',
    });
  }

  claims(path: string): boolean {
    return (
      this.#assets.answer(path) !== undefined ||
      path === '/' ||
      path === '/index.html' ||
      path === '/rpc.php' ||
      path === '/upload.php' ||
      path === '/download.php'
    );
  }

  async respond(request: Request, path: string, visit: Visit): Promise<Answer> {
    const asset = this.#assets.answer(path);
    if (asset !== undefined) return asset;
    const { persona, version = '7.4.17', title } = this.#installation;
    if (path === '/' || path === '/index.html')
      return page(
        200,
        `<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title || 'openmediavault Workbench')}</title><base href="/"><meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" type="image/svg+xml" href="favicon.svg"><link rel="stylesheet" href="styles.css"></head>\n<body><omv-root></omv-root><noscript>Please enable JavaScript to continue using this application.</noscript><script src="runtime.js" type="module"></script><script src="main.js" type="module"></script></body></html>\n`,
      );
    if (path !== '/rpc.php')
      return {
        status: 401,
        headers: [['Content-Type', 'text/plain']],
        body: 'Session not authenticated.',
        from: 'program',
      };
    let call: { readonly service?: unknown; readonly method?: unknown; readonly params?: unknown } = {};
    try {
      call = JSON.parse(request.body.toString('utf8')) as typeof call;
    } catch {
      return error(400, 'Invalid JSON');
    }
    const params = (typeof call.params === 'object' && call.params !== null ? call.params : {}) as Readonly<
      Record<string, unknown>
    >;
    if (textOf(call.service).toLowerCase() === 'session' && call.method === 'login') {
      const user = textOf(params['username']);
      const accepted = await visit.login('nas', accountsOf(persona, 'admin'), {
        user,
        password: textOf(params['password']),
        method: 'rpc',
      });
      if (!accepted) return error(400, 'Incorrect username or password.');
      const cookie: Header = [
        'Set-Cookie',
        `OPENMEDIAVAULT-LOGIN=${this.#cookies.make(visit.session.actor, user)}; path=/; HttpOnly; SameSite=Strict`,
      ];
      return json(
        200,
        { response: { authenticated: true, username: user, permissions: { role: 'admin' } }, error: null },
        [cookie],
      );
    }
    const user = this.#cookies.read(visit.session.actor, cookiesOf(request).get('OPENMEDIAVAULT-LOGIN'));
    if (user === undefined) return error(401, 'Session not authenticated.');
    if (call.service === 'System')
      return json(200, {
        response: {
          hostname: persona.hostname,
          version: `${version} (Sandworm)`,
          cpuModelName: persona.hardware.cpuModel,
          kernel: `Linux ${persona.os.kernelRelease}`,
        },
        error: null,
      });
    return json(200, { response: null, error: null });
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function error(status: number, message: string): Answer {
  return json(status, {
    response: null,
    error: { code: 0, message, trace: `OMV\\HttpErrorException: ${message}`, http_status_code: status },
  });
}
