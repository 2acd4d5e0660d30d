/** Jenkins: sign-in, the API that tells its version to everybody, and behind the login (or its holes) the script console, whose commands run on the machine. */
import { createHash } from 'node:crypto';
import type { Answer, Header, Request } from '../../message.types.ts';
import { cookiesOf } from '../../http1/http1-connection.ts';
import type { Visit } from '../../visit.ts';
import type { Application, ApplicationDefinition, Installation } from '../application.types.ts';
import { Assets } from '../assets.ts';
import { basicOf, escapeHtml, formOf, json, page, queryOf, redirect } from '../html.ts';
import { LoginCookies } from '../session-cookie.ts';
import { LOGIN_STYLE, PAGE_STYLE } from './jenkins-style.ts';

export const jenkins: ApplicationDefinition = {
  id: 'jenkins',
  summary: 'Jenkins: sign-in, API, script console.',
  open: (installation) => new Jenkins(installation),
};

const DEFAULT_VERSION = '2.426.1';
const REDIRECT = "window.location.replace(document.getElementById('redirect').getAttribute('data-redirect-url'));\n";

class Jenkins implements Application {
  readonly #installation: Installation;
  readonly #cookies: LoginCookies;
  readonly #cookieName: string;
  readonly #identity: string;
  /** `/static/1a2b3c4d`: of this version. */
  readonly #static: string;
  readonly #assets: Assets;

  constructor(installation: Installation) {
    const { persona } = installation;
    this.#installation = installation;
    this.#cookies = new LoginCookies(persona, 'jenkins');
    this.#cookieName = `JSESSIONID.${Buffer.from(persona.derive('jenkins cookie', 4)).toString('hex')}`;
    this.#static = `/static/${createHash('md5')
      .update(installation.version ?? DEFAULT_VERSION)
      .digest('hex')
      .slice(0, 8)}`;
    this.#assets = new Assets(persona, {
      [`${this.#static}/jsbundles/simple-page.css`]: LOGIN_STYLE,
      [`${this.#static}/jsbundles/styles.css`]: PAGE_STYLE,
      [`${this.#static}/scripts/redirect.js`]: REDIRECT,
    });
    this.#identity = Buffer.from(persona.derive('jenkins identity', 200)).toString('base64');
  }

  claims(): boolean {
    return true;
  }

  async respond(request: Request, path: string, visit: Visit): Promise<Answer> {
    const asset = this.#assets.answer(path);
    if (asset !== undefined) return asset;
    const { version = DEFAULT_VERSION, path: base } = this.#installation;
    const { actor } = visit.session;
    const cookie = cookiesOf(request).get(this.#cookieName);
    const common: readonly Header[] = [
      ['X-Content-Type-Options', 'nosniff'],
      ['X-Hudson', '1.395'],
      ['X-Jenkins', version],
      ['X-Jenkins-Session', createHash('md5').update(this.#identity).digest('hex').slice(0, 8)],
    ];
    const isUser = (name: string) =>
      name === 'admin' ||
      name === 'jenkins' ||
      this.#installation.persona.users.some((user) => user.login && user.name === name);
    let user = this.#cookies.read(actor, cookie);
    const basic = basicOf(request);
    if (user === undefined && basic !== undefined) {
      if (!(await visit.login('jenkins', isUser, { ...basic, method: 'basic' })))
        return page(401, 'Invalid password/token for user: ' + escapeHtml(basic.user), [
          ...common,
          ['WWW-Authenticate', 'Basic realm="Jenkins"'],
        ]);
      user = basic.user;
    }
    if (path === '/j_spring_security_check' || path === '/j_acegi_security_check') {
      const form = formOf(request);
      const name = form.get('j_username') ?? '';
      if (!(await visit.login('jenkins', isUser, { user: name, password: form.get('j_password') ?? '' })))
        return redirect(`${base}/loginError`, common);
      return redirect(`${base}${form.get('from') || '/'}`, [
        ...common,
        ['Set-Cookie', `${this.#cookieName}=${this.#cookies.make(actor, name)}; Path=/; HttpOnly`],
      ]);
    }
    if (path === '/login' || path === '/loginError')
      return page(
        path === '/login' ? 200 : 401,
        this.#login(path === '/loginError', queryOf(request).get('from') ?? ''),
        [
          ...common,
          ['X-Frame-Options', 'sameorigin'],
          ['Expires', '0'],
          ['Cache-Control', 'no-cache,no-store,must-revalidate'],
        ],
      );
    if (path === '/robots.txt')
      return {
        status: 200,
        headers: [['Content-Type', 'text/plain']],
        body: '# we don\'t want robots to click "build" links\nUser-agent: *\nDisallow: /\n',
        from: 'program',
      };
    if (path === '/whoAmI/' || path === '/whoAmI/api/json')
      return json(
        200,
        {
          _class: 'hudson.security.WhoAmI',
          anonymous: user === undefined,
          authenticated: user !== undefined,
          authorities: ['anonymous'],
          name: user ?? 'anonymous',
        },
        common,
      );
    if (user === undefined) {
      const body = `<html><head><meta http-equiv='refresh' content='1;url=${base}/login?from=${encodeURIComponent(request.target)}'/><script id='redirect' data-redirect-url='${base}/login?from=${encodeURIComponent(request.target)}' src='${base}${this.#static}/scripts/redirect.js'></script></head><body style='background-color:white; color:white;'>\nAuthentication required\n<!--\n-->\n\n</body></html>`;
      return {
        status: 403,
        headers: [
          ...common,
          ['X-Required-Permission', 'hudson.model.Hudson.Read'],
          ['X-Permission-Implied-By', 'hudson.security.Permission.GenericRead'],
          ['X-Permission-Implied-By', 'hudson.model.Hudson.Administer'],
          ['Content-Type', 'text/html;charset=utf-8'],
        ],
        body,
        from: 'program',
      };
    }
    const crumb = createHash('sha256').update(`${this.#identity}${user}`).digest('hex');
    if (path === '/crumbIssuer/api/json')
      return json(
        200,
        { _class: 'hudson.security.csrf.DefaultCrumbIssuer', crumb, crumbRequestField: 'Jenkins-Crumb' },
        common,
      );
    if (/^\/script(?:Text)?\/?$/.test(path)) {
      const script = formOf(request).get('script') ?? '';
      const output = script === '' ? '' : await groovy(script, visit);
      if (path.startsWith('/scriptText'))
        return {
          status: 200,
          headers: [...common, ['Content-Type', 'text/plain;charset=utf-8']],
          body: Buffer.from(output, 'latin1'),
          from: 'program',
        };
      return page(
        200,
        this.#shell(
          user,
          `<h1>Script Console</h1><form action="script" method="post"><input type="hidden" name="Jenkins-Crumb" value="${crumb}"><textarea id="script" name="script">${escapeHtml(script)}</textarea><button name="Submit">Run</button></form>${script === '' ? '' : `<h2>Result</h2><pre>${escapeHtml(output)}</pre>`}`,
        ),
        common,
      );
    }
    return page(
      200,
      this.#shell(
        user,
        `<h1>Welcome to Jenkins!</h1><p>Signed in as ${escapeHtml(user)}.</p><ul><li><a href="${base}/manage">Manage Jenkins</a></li><li><a href="${base}/script">Script Console</a></li></ul>`,
      ),
      common,
    );
  }

  #shell(user: string, body: string): string {
    const { version = DEFAULT_VERSION, path: base } = this.#installation;
    return `<!DOCTYPE html><html class=""><head resURL="${this.#static}" data-rooturl="${base}"><title>Dashboard [Jenkins]</title><link rel="stylesheet" href="${base}${this.#static}/jsbundles/styles.css" type="text/css"></head><body id="jenkins" class="yui-skin-sam two-column jenkins-${version}" data-version="jenkins-${version}"><header id="page-header" class="page-header">Jenkins<div class="login page-header__hyperlinks">${escapeHtml(user)} · <a href="${base}/logout" style="color:#fff">log out</a></div></header><div id="breadcrumbBar" class="jenkins-breadcrumbs">Dashboard</div><div id="page-body">${body}</div><footer class="page-footer jenkins-mobile-hide">REST API &nbsp; Jenkins ${version}</footer></body></html>\n`;
  }

  #login(failed: boolean, from: string): string {
    const { path: base } = this.#installation;
    return `<!DOCTYPE html>
<html lang="en-US"><head data-rooturl="${base}" resURL="${this.#static}"><meta charset="utf-8"><title>Sign in [Jenkins]</title><meta name="ROBOTS" content="NOFOLLOW"><meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="${base}${this.#static}/jsbundles/simple-page.css" type="text/css"></head>
<body class="app-sign-in-register" id="jenkins"><main class="app-sign-in-register__content"><div class="app-sign-in-register__content-inner"><h1>Sign in to Jenkins</h1>
<form method="post" name="login" action="${base}/j_spring_security_check">${failed ? '<div class="app-sign-in-register__error alert-danger">Invalid username or password</div>' : ''}
<label for="j_username">Username</label><input autocorrect="off" autocomplete="off" name="j_username" id="j_username" type="text" autofocus="autofocus" autocapitalize="off" aria-label="Username">
<label for="j_password">Password</label><input name="j_password" id="j_password" type="password" aria-label="Password">
<div class="jenkins-checkbox"><input type="checkbox" id="remember_me" name="remember_me"><label for="remember_me" style="margin:0">Keep me signed in</label></div><input name="from" type="hidden" value="${escapeHtml(from)}"><button type="submit" name="Submit" class="jenkins-button jenkins-button--primary">Sign in</button></form></div></main><div class="app-sign-in-register__branding"></div></body></html>
`;
  }
}

/** What a script would print, as far as attackers use the console: commands in their several spellings, and fixed text. */
async function groovy(script: string, visit: Visit): Promise<string> {
  const list = /\[\s*(['"])(?:\/bin\/)?(?:ba)?sh\1\s*,\s*(['"])-c\2\s*,\s*(['"])((?:\\.|(?!\3)[^\\])*)\3/s.exec(
    script,
  )?.[4];
  const one =
    /(['"]{1,3})((?:\\.|(?!\1)[^\\])+)\1\s*\.\s*execute\s*\(/s.exec(script)?.[2] ??
    /\.exec\(\s*(['"])((?:\\.|(?!\1)[^\\])+)\1/s.exec(script)?.[2];
  const command = list ?? one;
  if (command !== undefined)
    return visit.run(command.replace(/\\(['"\\$])/g, '$1'), { user: 'jenkins', directory: '/', stderr: true });
  return [...script.matchAll(/println?\s*\(?\s*(['"])((?:\\.|(?!\1)[^\\])*)\1/g)]
    .slice(0, 32)
    .map((match) => `${match[2]!}\n`)
    .join('');
}
