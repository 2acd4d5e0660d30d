/** A home router's administration: Basic or form sign-in, and the holes that botnets knock at (ping, goform, HNAP, GPON, boa). */
import type { Answer, Head, Request } from '../../message.types.ts';
import { cookiesOf } from '../../http1/http1-connection.ts';
import { headerOf } from '../../message.types.ts';
import type { Visit } from '../../visit.ts';
import type { Application, ApplicationDefinition, Installation } from '../application.types.ts';
import { Assets } from '../assets.ts';
import { basicOf, escapeHtml, formOf, page, queryOf, redirect } from '../html.ts';
import { LoginCookies } from '../session-cookie.ts';
import { STYLE } from './router-style.ts';

const USERS = new Set(['admin', 'root', 'user', 'support']);
/** Programs of many makers' firmware into whose fields commands are put. */
const HOLES =
  /^\/(?:cgi-bin\/(?:luci|ping|diagnostic|supervisor|mainfunction|kerbynet|nobody|viewcgi|admin)|GponForm\/diag_Form|HNAP1|boaform\/|goform\/|setup\.cgi|apply\.cgi|apply_sec\.cgi|ping\.cgi|tmUnblock\.cgi|hndUnblock\.cgi|upgrade_handle\.php|UD\/act|ctrlt\/DeviceUpgrade|picsdesc\.xml|wanipcn\.xml|board\.cgi|shell|getcfg\.php|hedwig\.cgi|diagnostic\.php|service\.cgi|command\.php)/i;

export const router: ApplicationDefinition = {
  id: 'router',
  summary: "A home router's administration: sign-in by Basic or form, and the holes of its firmware.",
  open: (installation) => new Router(installation),
};

class Router implements Application {
  readonly #installation: Installation;
  readonly #cookies: LoginCookies;
  readonly #assets: Assets;

  constructor(installation: Installation) {
    this.#installation = installation;
    this.#cookies = new LoginCookies(installation.persona, 'router');
    this.#assets = new Assets(installation.persona, { '/css/style_pc.css': STYLE });
  }

  claims(path: string, _head: Head): boolean {
    return !/\.(?:ico|png|gif|jpg)$/i.test(path);
  }

  async respond(request: Request, path: string, visit: Visit): Promise<Answer> {
    const { model = 'D-Link DIR-878', version = '1.20B05' } = this.#installation;
    const asset = this.#assets.answer(path);
    if (asset !== undefined) return asset;
    if (HOLES.test(path)) return this.#hole(request, path, visit);
    const basic = basicOf(request);
    let user = this.#cookies.read(visit.session.actor, cookiesOf(request).get('uid'));
    if (basic !== undefined && (await visit.login('router', (name) => USERS.has(name), { ...basic, method: 'basic' })))
      user = basic.user;
    const form = request.method === 'POST' ? formOf(request) : new Map<string, string>();
    const said =
      form.get('username') ??
      form.get('user') ??
      form.get('admin_name') ??
      (form.has('password') ? 'admin' : undefined);
    let wrong = '';
    if (user === undefined && said !== undefined) {
      const password = form.get('password') ?? form.get('pwd') ?? form.get('admin_pwd') ?? '';
      if (await visit.login('router', (name) => USERS.has(name), { user: said, password }))
        return redirect('/index.html', [
          ['Set-Cookie', `uid=${this.#cookies.make(visit.session.actor, said)}; path=/; HttpOnly`],
        ]);
      wrong = 'Invalid user name or password. Please try again.';
    }
    if (user === undefined) {
      if (path.startsWith('/cgi-bin') || path.startsWith('/admin') || basic !== undefined)
        return {
          status: 401,
          headers: [
            ['WWW-Authenticate', `Basic realm="${model}"`],
            ['Content-Type', 'text/html'],
          ],
          body: '<html><head><title>401 Unauthorized</title></head><body><h1>401 Unauthorized</h1></body></html>\n',
          from: 'program',
        };
      if (!/^\/(?:|index\.html?|login\.(?:html?|asp|php|cgi)|info\/Login\.html|web\/login\.html)$/.test(path))
        return { status: 404, from: 'server' };
      return page(200, loginPage(model, version, wrong));
    }
    const target = form.get('ping_ipaddr') ?? form.get('host') ?? queryOf(request).get('ping_ipaddr');
    const output =
      target === undefined
        ? ''
        : await visit.run(`ping -c 4 ${target}`, { user: 'root', directory: '/', stderr: true });
    return page(200, statusPage(this.#installation, model, version, output));
  }

  /** Runs what was put into a field behind a separator: that is all that these holes do. */
  async #hole(request: Request, path: string, visit: Visit): Promise<Answer> {
    const fields = [
      ...queryOf(request).values(),
      ...formOf(request).values(),
      headerOf(request.headers, 'soapaction') ?? '',
    ];
    const body = request.body.toString('latin1');
    const xml = [...body.matchAll(/<(?:New\w+|IPAddress|\w*[Uu]rl\w*|\w*[Pp]ath)>([^<]{1,4096})</g)].map(
      (match) => match[1]!,
    );
    let output = '';
    for (const value of [...fields, ...xml]) {
      const command = /(?:`([^`]+)`|\$\(([^)]+)\)|[;|&\n]+\s*(.+))/s.exec(
        value.replaceAll('&amp;', '&').replaceAll('$IFS', ' ').replaceAll('${IFS}', ' '),
      );
      const line = command?.[1] ?? command?.[2] ?? command?.[3];
      if (line !== undefined) output += await visit.run(line, { user: 'root', directory: '/', stderr: true });
    }
    const plain = /^\/shell$/.test(path) ? decodeURIComponentSafe(request.query ?? '') : '';
    if (plain !== '') output += await visit.run(plain, { user: 'root', directory: '/', stderr: true });
    if (/HNAP1|DeviceUpgrade|picsdesc|wanipcn/i.test(path))
      return {
        status: 200,
        headers: [['Content-Type', 'text/xml']],
        body: '<?xml version="1.0" encoding="utf-8"?>\n<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><GetDeviceSettingsResponse xmlns="http://purenetworks.com/HNAP1/"><GetDeviceSettingsResult>OK</GetDeviceSettingsResult></GetDeviceSettingsResponse></soap:Body></soap:Envelope>\n',
        from: 'program',
      };
    return page(200, output);
  }
}

function decodeURIComponentSafe(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

function frame(model: string, version: string, body: string): string {
  const [maker, ...name] = model.split(' ');
  return `<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>${escapeHtml(maker!.toUpperCase())}</title><meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" type="text/css" href="/css/style_pc.css"></head>
<body><div id="top"><span class="maker">${escapeHtml(maker!)}</span><span class="facts">Model Name: <b>${escapeHtml(name.join(' '))}</b>Hardware Version: <b>A1</b>Firmware Version: <b>${escapeHtml(version)}</b></span></div>
${body}<div id="foot">COPYRIGHT &copy; ${escapeHtml(maker!)}</div></body></html>
`;
}

function loginPage(model: string, version: string, wrong: string): string {
  return frame(
    model,
    version,
    `<div id="box"><h2>Welcome</h2><form id="login" name="login" method="post" action="/login.cgi">
<label for="username">User Name</label><input type="text" id="username" name="username" value="admin" maxlength="32">
<label for="password">Admin Password</label><input type="password" id="password" name="password" maxlength="32" autocomplete="off">
<p class="wrong">${wrong}</p><input type="submit" value="Log In"></form></div>
`,
  );
}

function statusPage({ persona }: Installation, model: string, version: string, output: string): string {
  return frame(
    model,
    version,
    `<div id="nav"><a href="/index.html">Home</a><a href="/internet.html">Settings</a><a href="/features.html">Features</a><a href="/diagnostic.html">Management</a></div>
<div class="panel"><h2>Status</h2><table><tr><td>Model</td><td>${escapeHtml(model)}</td></tr><tr><td>Firmware</td><td>${escapeHtml(version)}</td></tr><tr><td>LAN address</td><td>${persona.network.address}</td></tr><tr><td>MAC address</td><td>${persona.network.mac.toUpperCase()}</td></tr></table></div>
<div class="panel"><h2>Ping test</h2><form method="post" action="/diagnostic.html"><input name="ping_ipaddr" type="text"><input type="submit" value="Ping"></form><pre>${escapeHtml(output)}</pre></div>
<div class="panel"><h2>Administrator</h2><form method="post" action="/tools_admin.html"><input name="new_password" type="password"><input type="submit" value="Save"></form></div>
`,
  );
}
