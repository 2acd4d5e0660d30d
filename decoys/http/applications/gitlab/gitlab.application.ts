/** GitLab: the sign-in with its token, the API that wants one, and the upload by which CVE-2021-22205 came in. */
import { createHash } from 'node:crypto';
import type { Answer, Header, Request } from '../../message.types.ts';
import { cookiesOf } from '../../http1/http1-connection.ts';
import type { Visit } from '../../visit.ts';
import { accountsOf } from '../accounts.ts';
import type { Application, ApplicationDefinition, Installation } from '../application.types.ts';
import { Assets } from '../assets.ts';
import { escapeHtml, formOf, json, page, partsOf, redirect } from '../html.ts';
import { LoginCookies } from '../session-cookie.ts';
import { MARK, STYLE } from './gitlab-style.ts';

export const gitlab: ApplicationDefinition = {
  id: 'gitlab',
  summary: 'GitLab: sign-in page and API.',
  open: (installation) => new Gitlab(installation),
};

/** Under its digest, as everything that the product sends. */
const STYLE_PATH = `/assets/application-${createHash('sha256').update(STYLE).digest('hex')}.css`;

class Gitlab implements Application {
  readonly #installation: Installation;
  readonly #cookies: LoginCookies;
  readonly #assets: Assets;

  constructor(installation: Installation) {
    this.#installation = installation;
    this.#cookies = new LoginCookies(installation.persona, 'gitlab');
    this.#assets = new Assets(installation.persona, { [STYLE_PATH]: STYLE });
  }

  claims(): boolean {
    return true;
  }

  async respond(request: Request, path: string, visit: Visit): Promise<Answer> {
    const asset = this.#assets.answer(path);
    if (asset !== undefined) return asset;
    const { persona } = this.#installation;
    const { actor } = visit.session;
    const token = createHash('sha256').update(persona.derive('gitlab token', 32)).update(actor).digest('base64');
    const common: readonly Header[] = [
      ['Cache-Control', 'max-age=0, private, must-revalidate'],
      [
        'Set-Cookie',
        `_gitlab_session=${createHash('md5').update(token).digest('hex')}; path=/; HttpOnly; SameSite=None`,
      ],
      ['X-Content-Type-Options', 'nosniff'],
      ['X-Download-Options', 'noopen'],
      ['X-Frame-Options', 'SAMEORIGIN'],
      ['X-Permitted-Cross-Domain-Policies', 'none'],
      ['X-Ua-Compatible', 'IE=edge'],
      ['X-Xss-Protection', '1; mode=block'],
    ];
    if (path.startsWith('/api/v4'))
      return json(
        path.includes('/projects') && request.method === 'GET' ? 200 : 401,
        path.includes('/projects') && request.method === 'GET' ? [] : { message: '401 Unauthorized' },
        common,
      );
    if (path === '/robots.txt')
      return {
        status: 200,
        headers: [['Content-Type', 'text/plain']],
        body: 'User-Agent: *\nDisallow: /autocomplete/users\nDisallow: /search\nDisallow: /admin\nDisallow: /users\n',
        from: 'program',
      };
    if (path === '/help') return redirect('/users/sign_in', common);
    for (const part of request.method === 'POST' ? partsOf(request) : []) {
      if (part.filename === undefined) continue;
      await visit.upload(`/var/opt/gitlab/uploads/${part.filename}`, part.content);
      // Metadata of a picture that Perl evaluates: `(metadata "\c${system('…')};")`.
      const command = /(?:system|qx|exec)\s*[({]\s*['"]?([^'"})]{1,4096})/.exec(part.content.toString('latin1'))?.[1];
      if (command !== undefined) await visit.run(command, { user: 'git', directory: '/' });
    }
    if (path.startsWith('/uploads/user'))
      return {
        status: 422,
        headers: [...common, ['Content-Type', 'text/html; charset=utf-8']],
        body: '<h1>The change you requested was rejected.</h1>\n',
        from: 'program',
      };
    const user = this.#cookies.read(actor, cookiesOf(request).get('known_sign_in'));
    if (path === '/users/sign_in' || path === '/users/auth/ldapmain/callback') {
      let wrong = '';
      if (request.method === 'POST') {
        const form = formOf(request);
        const name = form.get('user[login]') ?? form.get('username') ?? '';
        if (
          await visit.login('gitlab', accountsOf(persona, 'root'), {
            user: name,
            password: form.get('user[password]') ?? form.get('password') ?? '',
          })
        )
          return redirect('/', [
            ...common,
            ['Set-Cookie', `known_sign_in=${this.#cookies.make(actor, name)}; path=/; HttpOnly`],
          ]);
        wrong = 'Invalid login or password.';
      }
      return page(200, signIn(this.#installation, token, wrong), common);
    }
    if (user === undefined) return redirect('/users/sign_in', common);
    return page(
      200,
      `<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Projects · Dashboard · GitLab</title><link rel="stylesheet" media="all" href="${STYLE_PATH}"></head><body data-page="dashboard:projects:index"><header>${MARK} GitLab</header><main><h1>Projects</h1><ul><li><a href="/${persona.organization.short}/site">${persona.organization.short} / site</a></li></ul><p>${escapeHtml(user)}</p></main></body></html>\n`,
      common,
    );
  }
}

function signIn({ persona }: Installation, token: string, wrong: string): string {
  return `<!DOCTYPE html>
<html class="devise-layout-html" lang="en"><head prefix="og: http://ogp.me/ns#"><meta charset="utf-8"><meta content="IE=edge" http-equiv="X-UA-Compatible"><meta content="width=device-width, initial-scale=1" name="viewport"><title>Sign in · GitLab</title>
<meta content="object" property="og:type"><meta content="GitLab" property="og:site_name"><meta content="Sign in" property="og:title"><meta content="GitLab Community Edition" property="og:description">
<meta name="csrf-param" content="authenticity_token"><meta name="csrf-token" content="${token}">
<link rel="stylesheet" media="all" href="${STYLE_PATH}"></head>
<body class="login-page application navless gl-browser-generic" data-page="sessions:new"><div class="content"><div class="brand">${MARK}<h1>GitLab Community Edition</h1><p>${escapeHtml(persona.organization.name)}</p></div>
${wrong === '' ? '' : `<div class="flash-container"><div class="flash-alert">${wrong}</div></div>\n`}<div class="login-box"><form class="new_user gl-show-field-errors" id="new_user" aria-live="assertive" action="/users/sign_in" accept-charset="UTF-8" method="post"><input type="hidden" name="authenticity_token" value="${token}" autocomplete="off">
<div class="form-group"><label for="user_login">Username or primary email</label><input class="form-control gl-form-input" autofocus="autofocus" autocapitalize="off" autocorrect="off" required="required" type="text" name="user[login]" id="user_login"></div>
<div class="form-group"><label for="user_password">Password</label><input class="form-control gl-form-input" autocomplete="current-password" required="required" type="password" name="user[password]" id="user_password"></div>
<div class="row"><label><input name="user[remember_me]" type="hidden" value="0"><input type="checkbox" value="1" name="user[remember_me]" id="user_remember_me"> Remember me</label><a href="/users/password/new">Forgot your password?</a></div><input type="submit" name="commit" value="Sign in" class="btn btn-confirm" data-disable-with="Sign in"></form></div></div>
<div class="footer-container"><a href="/explore">Explore</a><a href="/help">Help</a><a href="https://about.gitlab.com">About GitLab</a></div></body></html>
`;
}
