/** FortiGate: the SSL-VPN portal and the administration's sign-in, and the paths of CVE-2018-13379, CVE-2022-40684 and CVE-2024-21762. */
import { honeytokenSecrets } from '../../../honeytoken/draw-honeytokens.ts';
import type { Answer, Header, Request } from '../../message.types.ts';
import { headerOf } from '../../message.types.ts';
import type { Visit } from '../../visit.ts';
import type { Application, ApplicationDefinition, Installation } from '../application.types.ts';
import { Assets } from '../assets.ts';
import { GatewayPortal } from '../gateway-portal.ts';
import { formOf, json, page, queryOf, redirect } from '../html.ts';
import { MARK, STYLE } from './fortigate-style.ts';

const HEADERS: readonly Header[] = [
  ['X-Frame-Options', 'SAMEORIGIN'],
  [
    'Content-Security-Policy',
    "frame-ancestors 'self'; object-src 'none'; script-src 'self' https   'unsafe-eval' 'unsafe-inline' blob:;",
  ],
  ['X-XSS-Protection', '1; mode=block'],
  ['X-Content-Type-Options', 'nosniff'],
  ['Strict-Transport-Security', 'max-age=31536000'],
];

export const fortigate: ApplicationDefinition = {
  id: 'fortigate',
  summary: 'FortiGate: SSL-VPN portal and administration.',
  open: (installation) => new Fortigate(installation),
};

class Fortigate implements Application {
  readonly #installation: Installation;
  readonly #portal: GatewayPortal;
  readonly #assets: Assets;

  constructor(installation: Installation) {
    this.#installation = installation;
    this.#portal = new GatewayPortal(installation, {
      realm: 'fortigate',
      administrator: 'admin',
      cookie: 'SVPNCOOKIE',
      encoding: 'base64',
      bytes: 66,
    });
    this.#assets = new Assets(installation.persona, { '/styles.css': STYLE, '/sslvpn/css/login.css': STYLE });
  }

  claims(): boolean {
    return true;
  }

  async respond(request: Request, path: string, visit: Visit): Promise<Answer> {
    const asset = this.#assets.answer(path);
    if (asset !== undefined) return asset;
    const { persona } = this.#installation;
    if (path === '/remote/logincheck') {
      const cookie = await this.#portal.signIn(request, visit, 'username', 'credential', 'password');
      return {
        status: 200,
        headers: [
          ...(cookie === undefined
            ? []
            : [['Set-Cookie', `${cookie}; path=/; secure; httponly; SameSite=Strict;`] as const]),
          ...HEADERS,
          ['Content-Type', 'text/plain'],
        ],
        body:
          cookie === undefined
            ? 'ret=0,redir=/remote/login?&err=sslvpn_login_permission_denied&lang=en'
            : 'ret=1,redir=/sslvpn/portal.html',
        from: 'program',
      };
    }
    if (path === '/sslvpn/portal.html')
      return this.#portal.isSignedIn(request, visit) ? page(200, HOME, HEADERS) : redirect('/remote/login', HEADERS);
    if (path === '/logincheck') {
      const form = formOf(request);
      const accepted = await visit.login('fortigate', (name) => name === 'admin', {
        user: form.get('username') ?? '',
        password: form.get('secretkey') ?? '',
      });
      return {
        status: 200,
        headers: [...HEADERS, ['Content-Type', 'text/html']],
        body: accepted ? '1document.location="/ng/prompt?viewOnly&redir=%2F";\n' : '0',
        from: 'program',
      };
    }
    if (path === '/remote/fgt_lang' && (queryOf(request).get('lang') ?? '').includes('sslvpn_websession')) {
      const { user, password } = honeytokenSecrets(persona).account;
      const session = Buffer.concat([
        Buffer.from('var fgt_lang =\n'),
        Buffer.alloc(48),
        Buffer.from(`${visit.session.source.ip}\0\0\0${user}\0\0\0${password}\0\0full-access\0\0`),
        Buffer.alloc(64),
      ]);
      return {
        status: 200,
        headers: [...HEADERS, ['Content-Type', 'application/javascript']],
        body: session,
        from: 'program',
      };
    }
    if (path.startsWith('/remote/fgt_lang'))
      return {
        status: 200,
        headers: [...HEADERS, ['Content-Type', 'application/javascript']],
        body: 'var fgt_lang = {};\n',
        from: 'program',
      };
    if (path.startsWith('/api/v2/cmdb')) {
      const internal =
        /127\.0\.0\.1/.test(headerOf(request.headers, 'forwarded') ?? '') ||
        /Report Runner|Node\.js/.test(headerOf(request.headers, 'user-agent') ?? '');
      if (!internal)
        return page(
          401,
          '<!DOCTYPE html><html><head><title>401 Unauthorized</title></head><body><h1>Unauthorized</h1></body></html>\n',
          HEADERS,
        );
      if (request.method === 'PUT' || request.method === 'POST') {
        await visit.upload(path, request.body);
        return json(
          200,
          {
            http_method: request.method,
            revision: '1',
            status: 'success',
            http_status: 200,
            vdom: 'root',
            path: 'system',
            name: 'admin',
          },
          HEADERS,
        );
      }
      return json(
        200,
        {
          http_method: 'GET',
          results: [{ name: 'admin', accprofile: 'super_admin', vdom: [{ name: 'root' }] }],
          vdom: 'root',
          status: 'success',
          http_status: 200,
          serial: serial(this.#installation),
          version: 'v7.2.1',
          build: 1254,
        },
        HEADERS,
      );
    }
    if (path === '/remote/logout') return redirect('/remote/login', HEADERS);
    if (path === '/' || path === '/remote' || path === '/remote/')
      return page(
        200,
        '<html><script type="text/javascript">\nif (window!=top) top.location=window.location;top.location="/remote/login";\n</script></html>\n',
        HEADERS,
      );
    if (path === '/remote/login')
      return page(
        200,
        portal('Please Login', '/remote/logincheck', 'credential', queryOf(request).has('err')),
        HEADERS,
      );
    if (path === '/login' || path === '/ng/' || path === '/login/')
      return page(200, portal('FortiGate', '/logincheck', 'secretkey', false), HEADERS);
    return page(
      404,
      '<!DOCTYPE html><html><head><title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>\n',
      HEADERS,
    );
  }
}

function serial({ persona }: Installation): string {
  return `FGT60FTK${String(Buffer.from(persona.derive('fortigate serial', 4)).readUInt32BE(0) % 100_000_000).padStart(8, '0')}`;
}

const HOME =
  '<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>SSL-VPN Portal</title></head><body><h1>SSL-VPN Portal</h1><p>No bookmarks have been defined.</p><a href="/remote/logout">Logout</a></body></html>\n';

function portal(title: string, action: string, field: string, refused: boolean): string {
  const isPortal = field === 'credential';
  return `<!DOCTYPE html>
<html lang="en" class="main-app"><head><meta charset="UTF-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><link href="${isPortal ? '/sslvpn/css/login.css' : '/styles.css'}" rel="stylesheet" type="text/css"></head>
<body><div class="view-container"><form class="prompt legacy-prompt" action="${action}" method="post" name="f" autocomplete="off"><div class="logo">${MARK}</div>${isPortal ? `<h1>${title}</h1>` : ''}<p class="error" id="err_str">${refused ? 'Error: Permission denied.' : ''}</p>
<input type="text" name="username" id="username" placeholder="Username" maxlength="64"><input type="password" name="${field}" id="${field}" placeholder="Password" maxlength="128"><input type="hidden" name="ajax" value="1"><input type="hidden" name="redir" value=""><button class="primary" type="submit" id="login_button">Login</button>${isPortal ? '<button class="secondary" type="button" id="launch-forticlient-button">Launch FortiClient</button>' : ''}</form></div></body></html>
`;
}
