/** phpMyAdmin: the sign-in with its token and cookies, its setup script, and behind the login a server to send statements to. */
import { createHash } from 'node:crypto';
import type { Answer, Header, Request } from '../../message.types.ts';
import { cookiesOf } from '../../http1/http1-connection.ts';
import type { Visit } from '../../visit.ts';
import type { Application, ApplicationDefinition, Installation } from '../application.types.ts';
import { Assets } from '../assets.ts';
import { escapeHtml, formOf, json, page, queryOf, redirect } from '../html.ts';
import { LoginCookies } from '../session-cookie.ts';
import { STYLE } from './phpmyadmin-style.ts';

const HEADERS: readonly Header[] = [
  ['Expires', 'Thu, 19 Nov 1981 08:52:00 GMT'],
  ['Cache-Control', 'no-store, no-cache, must-revalidate, pre-check=0, post-check=0, max-age=0'],
  ['X-ob_mode', '1'],
  ['X-Frame-Options', 'DENY'],
  ['Referrer-Policy', 'no-referrer'],
  ['X-XSS-Protection', '1; mode=block'],
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Permitted-Cross-Domain-Policies', 'none'],
  ['X-Robots-Tag', 'noindex, nofollow'],
  ['Pragma', 'no-cache'],
];

export const phpmyadmin: ApplicationDefinition = {
  id: 'phpmyadmin',
  summary: 'phpMyAdmin: sign-in by the accounts of the database, statements behind it.',
  open: (installation) => new PhpMyAdmin(installation),
};

class PhpMyAdmin implements Application {
  readonly #installation: Installation;
  readonly #cookies: LoginCookies;
  readonly #assets: Assets;
  readonly #users: ReadonlySet<string>;

  constructor(installation: Installation) {
    this.#installation = installation;
    this.#cookies = new LoginCookies(installation.persona, 'phpmyadmin');
    this.#assets = new Assets(installation.persona, { '/themes/pmahomme/css/theme.css': STYLE });
    this.#users = new Set(['root', 'phpmyadmin', ...installation.persona.databases.map(({ owner }) => owner)]);
  }

  claims(path: string): boolean {
    return this.#assets.answer(path) !== undefined || !/\.(?:css|js|png|gif|ico|svg|woff2?)$/i.test(path);
  }

  async respond(request: Request, path: string, visit: Visit): Promise<Answer> {
    const asset = this.#assets.answer(path);
    if (asset !== undefined) return asset;
    const { path: base, persona, version = '5.2.1' } = this.#installation;
    if (path === '/README' || path === '/ChangeLog')
      return {
        status: 200,
        headers: [['Content-Type', 'text/plain']],
        body: `phpMyAdmin - ${path.slice(1)}\n\nVersion ${version}\n`,
        from: 'program',
      };
    if (request.path === base) return redirect(`${base}/`, [], 301);
    const cookies = cookiesOf(request);
    const session = /^[a-z0-9]{26}$/.test(cookies.get('phpMyAdmin') ?? '')
      ? cookies.get('phpMyAdmin')!
      : this.#token(visit, 'session').slice(0, 26);
    const own: readonly Header[] = [
      ['Set-Cookie', `phpMyAdmin=${session}; path=${base}/; HttpOnly; SameSite=Strict`],
      ['Set-Cookie', `pma_lang=en; path=${base}/; HttpOnly; SameSite=Strict`],
      ...HEADERS,
    ];
    const form = request.method === 'POST' ? formOf(request) : queryOf(request);
    const user = form.get('pma_username');
    if (user !== undefined) {
      const password = form.get('pma_password') ?? '';
      const accepted = await visit.login('mysql', (name) => this.#users.has(name), { user, password });
      if (!accepted) {
        const words = `mysqli::real_connect(): (HY000/1045): Access denied for user '${escapeHtml(user)}'@'localhost' (using password: ${password === '' ? 'NO' : 'YES'})`;
        return page(200, this.#loginPage(visit, user, `Cannot log in to the MySQL server<br>${words}`), own);
      }
      return redirect(`${base}/index.php?route=/`, [
        ['Set-Cookie', `pmaAuth-1=${this.#cookies.make(visit.session.actor, user)}; path=${base}/; HttpOnly`],
        ...own,
      ]);
    }
    const known = this.#cookies.read(visit.session.actor, cookies.get('pmaAuth-1'));
    if (known === undefined) return page(200, this.#loginPage(visit, '', ''), own);
    const statement = form.get('sql_query');
    if (statement !== undefined && statement !== '') {
      visit.session.report.query({
        statement,
        user: known,
        ...(form.get('db') === undefined ? {} : { database: form.get('db') }),
      });
      const file = /\binto\s+(?:out|dump)file\s+['"]([^'"]+)/i.exec(statement)?.[1];
      const content = /select\s+(['"])([\s\S]*?)\1/i.exec(statement)?.[2];
      if (file !== undefined && content !== undefined) {
        await visit.writeFile(file, Buffer.from(content));
        await visit.upload(file, Buffer.from(content));
      }
      return json(
        200,
        {
          success: true,
          message: `<div class="alert alert-success" role="alert">MySQL returned an empty result set (i.e. zero rows). (Query took 0.000${1 + (statement.length % 8)} seconds.)</div>`,
          sql_query: escapeHtml(statement),
        },
        own,
      );
    }
    return page(
      200,
      `<!doctype html>\n<html lang="en" dir="ltr">\n<head><meta charset="utf-8"><title>${escapeHtml(request.host)} / localhost | phpMyAdmin ${version}</title><link rel="stylesheet" type="text/css" href="./themes/pmahomme/css/theme.css?v=${version}"></head>\n<body>\n<div id="pma_navigation"><ul>${['information_schema', 'mysql', 'performance_schema', ...persona.databases.filter(({ engine }) => engine === 'mysql').map(({ name }) => name)].map((name) => `<li class="database"><a href="index.php?route=/database/structure&amp;db=${name}">${name}</a></li>`).join('')}</ul></div>\n<div id="page_content"><h2>General settings</h2><ul><li>User: ${escapeHtml(known)}@localhost</li><li>Web server: ${escapeHtml(this.#installation.server)}</li><li>Version information: ${version}</li></ul>\n<form method="post" action="index.php?route=/sql"><input type="hidden" name="token" value="${this.#token(visit, 'form')}"><textarea name="sql_query" cols="40" rows="15"></textarea><input type="submit" name="SQL" value="Go"></form></div>\n</body></html>\n`,
      own,
    );
  }

  #loginPage(visit: Visit, user: string, error: string): string {
    const { version = '5.2.1' } = this.#installation;
    const token = this.#token(visit, 'form');
    return `<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8"><meta name="referrer" content="no-referrer"><meta name="robots" content="noindex,nofollow"><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="favicon.ico" type="image/x-icon">
<link rel="stylesheet" type="text/css" href="./themes/pmahomme/css/theme.css?v=${version}">
<title>phpMyAdmin</title>
</head>
<body id="loginform">
<div class="container"><div class="row"><a href="./url.php?url=https%3A%2F%2Fwww.phpmyadmin.net%2F" target="_blank" rel="noopener noreferrer" class="logo"><h1><span>php</span>MyAdmin</h1></a>
<h1>Welcome to <bdo dir="ltr" lang="en">phpMyAdmin</bdo></h1>
${error === '' ? '' : `<div class="alert alert-danger" role="alert">${error}</div>\n`}<form method="post" id="login_form" action="index.php?route=/" name="login_form" class="disableAjax hide js-show" autocomplete="off">
<fieldset><legend><input type="hidden" name="set_session" value="${this.#token(visit, 'session').slice(0, 26)}">Log in</legend>
<label for="input_username">Username:</label><input type="text" name="pma_username" id="input_username" value="${escapeHtml(user)}" class="form-control" autocomplete="username">
<label for="input_password">Password:</label><input type="password" name="pma_password" id="input_password" value="" class="form-control" autocomplete="current-password">
<input type="hidden" name="server" value="1"></fieldset>
<fieldset><input class="btn btn-primary" value="Log in" type="submit" id="input_go"><input type="hidden" name="route" value="/"><input type="hidden" name="token" value="${token}"></fieldset>
</form></div></div>
</body>
</html>
`;
  }

  #token(visit: Visit, purpose: string): string {
    const key = this.#installation.persona.derive(`phpmyadmin ${purpose}`, 16);
    return createHash('sha256').update(key).update(visit.session.actor).digest('hex').slice(0, 32);
  }
}
