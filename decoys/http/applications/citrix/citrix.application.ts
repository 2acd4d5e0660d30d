/** Citrix Gateway (NetScaler): the portal's sign-in, the path of CVE-2019-19781 into the machine, and the memory that CVE-2023-4966 gives away. */
import { createHash } from 'node:crypto';
import type { Answer, Header, Request } from '../../message.types.ts';
import { headerOf } from '../../message.types.ts';
import type { Visit } from '../../visit.ts';
import type { Application, ApplicationDefinition, Installation } from '../application.types.ts';
import { cookiesOf } from '../../http1/http1-connection.ts';
import { Assets } from '../assets.ts';
import { GatewayPortal } from '../gateway-portal.ts';
import { formOf, json, page, redirect } from '../html.ts';
import { STYLE } from './citrix-style.ts';

const HEADERS: readonly Header[] = [
  ['X-Frame-Options', 'SAMEORIGIN'],
  ['Cache-Control', 'no-cache, no-store'],
  ['Pragma', 'no-cache'],
];

export const citrix: ApplicationDefinition = {
  id: 'citrix',
  summary: 'Citrix Gateway: portal and the holes that were used against it.',
  open: (installation) => new Citrix(installation),
};

class Citrix implements Application {
  readonly #installation: Installation;
  readonly #portal: GatewayPortal;
  readonly #assets: Assets;

  constructor(installation: Installation) {
    this.#installation = installation;
    this.#portal = new GatewayPortal(installation, {
      realm: 'citrix',
      administrator: 'nsroot',
      cookie: 'NSC_AAAC',
      encoding: 'hex',
      bytes: 32,
    });
    this.#assets = new Assets(installation.persona, { '/logon/themes/Default/css/base.css': STYLE });
  }

  claims(): boolean {
    return true;
  }

  async respond(request: Request, path: string, visit: Visit): Promise<Answer> {
    const asset = this.#assets.answer(path);
    if (asset !== undefined) return asset;
    const { persona } = this.#installation;
    if (path === '/cgi/login') {
      const cookie = await this.#portal.signIn(request, visit, 'login', 'passwd');
      return cookie === undefined
        ? redirect('/vpn/index.html', [['Set-Cookie', 'NSC_VPNERR=4001;Path=/;Secure'], ...HEADERS])
        : redirect('/cgi/setclient?wica', [['Set-Cookie', `${cookie};Secure;HttpOnly;Path=/`], ...HEADERS]);
    }
    if (path === '/cgi/setclient')
      return this.#portal.isSignedIn(request, visit) ? page(200, HOME, HEADERS) : redirect('/vpn/index.html', HEADERS);
    // Both halves: the directory that should not be reached, and the template whose name is a program.
    const traversed =
      /\/vpns?\/|newbm\.pl|rmbm\.pl|portal\/scripts/i.test(request.target) && /\.\.|%2e/i.test(request.target);
    if (traversed || path.startsWith('/vpns/')) {
      if (/\/smb\.conf|\/cfg\//.test(path))
        return {
          status: 200,
          headers: [['Content-Type', 'text/plain']],
          body: '[global]\n\tencrypt passwords = yes\n\tname resolve order = lmhosts wins host bcast\n',
          from: 'program',
        };
      const text = [...formOf(request).values(), headerOf(request.headers, 'nsc_user') ?? ''].join('\n');
      const command = /(?:readpipe|exec|system|BLOCK\s*=)\s*[('"\s]*([^'")%]{2,2048})/.exec(text)?.[1];
      const characters = [...text.matchAll(/chr\((\d{1,3})\)/g)]
        .map((match) => String.fromCharCode(Number(match[1])))
        .join('');
      const line = characters !== '' ? characters : command;
      if (line !== undefined) {
        const output = await visit.run(line.trim(), { user: 'nobody', directory: '/netscaler/portal', stderr: true });
        return page(200, output, HEADERS);
      }
      return page(
        200,
        '<HTML><BODY><SCRIPT language=javascript type=text/javascript>//parent.window.ns_reload();window.close();</SCRIPT></BODY></HTML>\n',
        HEADERS,
      );
    }
    if (path === '/oauth/idp/.well-known/openid-configuration') {
      const host = headerOf(request.headers, 'host') ?? '';
      const config = {
        issuer: `https://${host}/oauth/idp`,
        authorization_endpoint: `https://${host}/oauth/idp/login`,
        token_endpoint: `https://${host}/oauth/idp/token`,
        jwks_uri: `https://${host}/oauth/idp/certs`,
      };
      // The longer the name that was asked for, the further the answer ran past its end.
      if (host.length < 20_000) return json(200, config, HEADERS);
      const cookie = createHash('sha256').update(persona.derive('citrix session', 32)).digest('hex');
      return {
        status: 200,
        headers: [...HEADERS, ['Content-Type', 'application/json']],
        body: `${JSON.stringify(config).slice(0, 60_000)}${'\0'.repeat(64)}${cookie}${'\0'.repeat(64)}`,
        from: 'program',
      };
    }
    if (path === '/' || path === '/cgi/logout') return redirect('/vpn/index.html', HEADERS);
    if (
      path === '/vpn/index.html' ||
      path === '/logon/LogonPoint/index.html' ||
      path === '/logon/LogonPoint/tmindex.html' ||
      path === '/vpn/tmindex.html'
    ) {
      const wrong = cookiesOf(request).has('NSC_VPNERR') ? 'Incorrect user name or password.' : '';
      return page(
        200,
        `<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>Citrix Gateway</title><link rel="stylesheet" href="/logon/themes/Default/css/base.css"></head>
<body><div class="logon-area"><div class="logon-box"><div class="logo-container"><b>citrix</b>Gateway</div><form method="POST" action="/cgi/login" name="vpnForm" autocomplete="off"><h1>Please log on</h1><p class="feedback">${wrong}</p><div class="field"><label for="Enter user name">User name</label><input class="CTXMSAM_LogonFont" id="Enter user name" type="text" name="login" maxlength="127" size="30"></div><div class="field"><label for="passwd">Password</label><input class="CTXMSAM_LogonFont" id="passwd" type="password" name="passwd" maxlength="127" size="30"></div><input type="submit" id="Log_On" value="Log On" class="custombutton"></form></div></div></body></html>
`,
        HEADERS,
      );
    }
    return { status: 404, from: 'server' };
  }
}

const HOME =
  '<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>Citrix Gateway</title></head><body><h1>Apps</h1><p>There are no apps or desktops available to you at this time.</p><a href="/cgi/logout">Log Off</a></body></html>\n';
