/** WordPress 6 as attackers meet it: pages, users over REST, login, XML-RPC with its multicall, and behind a login the places where code is uploaded. */
import { type Answer, type Head, type Header, type Request } from '../../message.types.ts';
import { cookiesOf } from '../../http1/http1-connection.ts';
import type { Visit } from '../../visit.ts';
import type { Application, ApplicationDefinition, Installation } from '../application.types.ts';
import { formOf, json, page, partsOf, queryOf, redirect } from '../html.ts';
import { Assets } from '../assets.ts';
import { LoginCookies } from '../session-cookie.ts';
import { ADMIN_STYLE, LOGIN_STYLE, THEME_STYLE } from './wordpress-style.ts';
import { adminPage, frontPage, loginPage, notFoundPage, readmePage, userJson } from './wordpress-pages.ts';
import { xmlRpc } from './xml-rpc.ts';
import { wordpressSite, type WordpressSite } from './wordpress-site.ts';

const EXPIRED: Header = ['Expires', 'Wed, 11 Jan 1984 05:00:00 GMT'];
const NO_CACHE: Header = ['Cache-Control', 'no-cache, must-revalidate, max-age=0'];
const OWN =
  /^\/(?:wp-login\.php|xmlrpc\.php|wp-admin(?:\/|$)|wp-json(?:\/|$)|wp-cron\.php|wp-signup\.php|wp-trackback\.php|wp-comments-post\.php|index\.php|feed(?:\/|$)|author\/|comments\/|readme\.html|license\.txt|wp-links-opml\.php|wp-config\.php|wp-load\.php|wp-settings\.php|wp-content\/|wp-includes\/|\d{4}\/\d{2}\/|category\/|sitemap\.xml|wp-sitemap\.xml)/;

export const wordpress: ApplicationDefinition = {
  id: 'wordpress',
  summary: 'WordPress: blog, wp-login.php, xmlrpc.php, REST, and the administration behind a login.',
  open: (installation) => new Wordpress(installation),
};

/** What every blog has, of which we have the names. */
const LIBRARIES = [
  'js/jquery/jquery.min.js',
  'js/jquery/jquery-migrate.min.js',
  'js/wp-embed.min.js',
  'js/wp-emoji-release.min.js',
  'css/dist/block-library/style.min.css',
  'css/dashicons.min.css',
  'css/buttons.min.css',
];

class Wordpress implements Application {
  readonly #site: WordpressSite;
  readonly #cookies: LoginCookies;
  readonly #assets: Assets;

  constructor(installation: Installation) {
    this.#site = wordpressSite(installation);
    this.#cookies = new LoginCookies(installation.persona, 'wordpress');
    this.#assets = new Assets(installation.persona, {
      '/wp-admin/css/login.min.css': LOGIN_STYLE,
      '/wp-content/themes/twentytwentyfour/style.css': THEME_STYLE,
      '/wp-admin/load-styles.php': ADMIN_STYLE,
      ...Object.fromEntries(
        LIBRARIES.map((path) => [`/wp-includes/${path}`, path.endsWith('.css') ? '' : '"use strict";\n']),
      ),
    });
  }

  claims(path: string, _head: Head): boolean {
    // What is uploaded is a web shell's affair; what the files below have is theirs.
    if (/^\/wp-content\/uploads\/./.test(path)) return false;
    if (path === '/robots.txt' || path === '/') return true;
    return OWN.test(path) || !/\.[a-z0-9]{1,5}$/i.test(path.replace(/\/$/, ''));
  }

  respond(request: Request, path: string, visit: Visit): Answer | Promise<Answer> {
    const site = this.#site;
    const base = site.addressFor(request);
    const links: readonly Header[] = [['Link', `<${base}/index.php?rest_route=/>; rel="https://api.w.org/"`]];
    const asset = this.#assets.answer(path);
    if (asset !== undefined) return asset;
    if (path === '/wp-login.php') return this.#login(request, base, visit);
    if (path === '/xmlrpc.php') return xmlRpc(request, site, visit);
    if (path.startsWith('/wp-admin')) return this.#admin(request, path, base, visit);
    const query = queryOf(request);
    const route =
      query.get('rest_route') ?? (path.startsWith('/wp-json') ? path.slice('/wp-json'.length) || '/' : undefined);
    if (route !== undefined) return this.#rest(route, base, query);
    if (path === '/robots.txt')
      return {
        status: 200,
        headers: [['Content-Type', 'text/plain; charset=utf-8']],
        body: `User-agent: *\nDisallow: /wp-admin/\nAllow: /wp-admin/admin-ajax.php\n\nSitemap: ${base}/wp-sitemap.xml\n`,
        from: 'program',
      };
    if (path === '/readme.html') return page(200, readmePage(site));
    if (path === '/license.txt')
      return {
        status: 200,
        headers: [['Content-Type', 'text/plain']],
        body: 'WordPress - Web publishing software\n\nThis program is free software; see https://wordpress.org/about/license/\n',
        from: 'program',
      };
    if (path === '/wp-cron.php' || path === '/wp-config.php' || path === '/wp-load.php') return page(200, '');
    if (path === '/wp-settings.php' || path === '/wp-trackback.php') return page(500, '');
    if (path.startsWith('/wp-includes/') || path.startsWith('/wp-content/')) return this.#asset(path, base);
    const author = query.get('author');
    const byNumber = author === undefined ? undefined : site.users.find((user) => String(user.id) === author);
    if (byNumber !== undefined)
      return redirect(`${base}/author/${byNumber.slug}/`, [['X-Redirect-By', 'WordPress']], 301);
    const slug = /^\/author\/([^/]+)\/?$/.exec(path)?.[1];
    const byName = slug === undefined ? undefined : site.users.find((user) => user.slug === slug);
    if (path === '/' || path === '/index.php' || byName !== undefined || /^\/(?:feed|comments)\b/.test(path))
      return page(200, frontPage(site, base, byName), links);
    if (site.posts.some((post) => path.startsWith(post.path)))
      return page(200, frontPage(site, base, undefined), links);
    return page(404, notFoundPage(site, base), [EXPIRED, NO_CACHE, ...links]);
  }

  async #login(request: Request, base: string, visit: Visit): Promise<Answer> {
    const site = this.#site;
    const query = queryOf(request);
    const test: Header = [
      'Set-Cookie',
      `wordpress_test_cookie=WP%20Cookie%20check; path=/${request.secure ? '; secure' : ''}; HttpOnly`,
    ];
    const common: readonly Header[] = [
      EXPIRED,
      NO_CACHE,
      test,
      ['X-Frame-Options', 'SAMEORIGIN'],
      ['Referrer-Policy', 'strict-origin-when-cross-origin'],
    ];
    const action = query.get('action') ?? 'login';
    if (request.method !== 'POST' || action !== 'login')
      return page(
        200,
        loginPage(site, base, {
          user: '',
          error: '',
          action,
          redirectTo: query.get('redirect_to') ?? `${base}/wp-admin/`,
        }),
        common,
      );
    const form = formOf(request);
    const user = form.get('log') ?? '';
    const password = form.get('pwd') ?? '';
    const again = (error: string) =>
      page(
        200,
        loginPage(site, base, { user, error, action, redirectTo: form.get('redirect_to') ?? `${base}/wp-admin/` }),
        common,
      );
    if (user === '') return again('<strong>Error:</strong> The username field is empty.');
    if (password === '') return again('<strong>Error:</strong> The password field is empty.');
    const accepted = await visit.login('wordpress', site.isUser, { user, password });
    if (!accepted) return again(site.loginError(user, base));
    const value = this.#cookies.make(visit.session.actor, user);
    const cookies: readonly Header[] = [
      ['Set-Cookie', `wordpress_${site.hash}=${value}; path=/wp-content/plugins; HttpOnly`],
      ['Set-Cookie', `wordpress_${site.hash}=${value}; path=/wp-admin; HttpOnly`],
      ['Set-Cookie', `wordpress_logged_in_${site.hash}=${value}; path=/; HttpOnly`],
    ];
    return redirect(form.get('redirect_to') || `${base}/wp-admin/`, [
      ...common,
      ...cookies,
      ['X-Redirect-By', 'WordPress'],
    ]);
  }

  async #admin(request: Request, path: string, base: string, visit: Visit): Promise<Answer> {
    const site = this.#site;
    const user = this.#cookies.read(visit.session.actor, cookiesOf(request).get(`wordpress_logged_in_${site.hash}`));
    const query = queryOf(request);
    if (path === '/wp-admin/admin-ajax.php')
      return {
        status: 400,
        headers: [EXPIRED, NO_CACHE, ['Content-Type', 'text/html; charset=UTF-8']],
        body: '0',
        from: 'program',
      };
    if (path === '/wp-admin/install.php')
      return page(
        200,
        loginPage(site, base, {
          user: '',
          error: 'You appear to have already installed WordPress.',
          action: 'login',
          redirectTo: '',
        }),
      );
    if (user === undefined) {
      const back = encodeURIComponent(`${base}${request.target}`);
      return redirect(`${base}/wp-login.php?redirect_to=${back}&reauth=1`, [
        EXPIRED,
        NO_CACHE,
        ['X-Redirect-By', 'WordPress'],
      ]);
    }
    const files =
      request.method === 'POST'
        ? partsOf(request).filter((part) => part.filename !== undefined && part.filename !== '')
        : [];
    for (const file of files) {
      const name = file.filename!.replace(/^.*[\\/]/, '').slice(0, 128);
      const archive = /\.zip$/i.test(name);
      const now = new Date(visit.session.clock.now());
      const month = `${now.getUTCFullYear()}/${String(now.getUTCMonth() + 1).padStart(2, '0')}`;
      const full = archive ? `/tmp/${name}` : `/var/www/html/wp-content/uploads/${month}/${name}`;
      await visit.writeFile(full, file.content);
      await visit.upload(full, file.content);
      if (archive) {
        const kind = query.get('action') === 'upload-theme' ? 'themes' : 'plugins';
        await visit.run(`unzip -o -q '${full.replaceAll("'", '')}' -d /var/www/html/wp-content/${kind}`, {
          user: 'root',
          untold: true,
        });
      }
    }
    // The editors of themes and plugins: their text becomes a file that is run.
    const form = request.method === 'POST' ? formOf(request) : new Map<string, string>();
    const content = form.get('newcontent');
    const target = form.get('file');
    if (content !== undefined && target !== undefined) {
      const folder =
        form.get('theme') === undefined ? 'plugins' : `themes/${form.get('theme')!.replace(/[^\w-]/g, '')}`;
      const full = `/var/www/html/wp-content/${folder}/${target.replaceAll('..', '').slice(0, 200)}`;
      await visit.writeFile(full, Buffer.from(content));
      await visit.upload(full, Buffer.from(content));
      return json(200, { success: true, data: { message: 'File edited successfully.' } });
    }
    if (files.length > 0 && path.endsWith('/media-new.php')) return redirect(`${base}/wp-admin/upload.php`);
    return page(
      200,
      adminPage(
        site,
        base,
        user,
        path,
        files.map((file) => file.filename!),
        path.endsWith('/upload.php') ? await this.#library(visit) : [],
      ),
      [EXPIRED, NO_CACHE, ['X-Frame-Options', 'SAMEORIGIN']],
    );
  }

  /** What this attacker uploaded, as paths below the folder of uploads. */
  async #library(visit: Visit): Promise<readonly string[]> {
    if ((await visit.knownMachine()) === undefined) return [];
    const listed = await visit.run('find . -type f -name "*.*" | head -n 50', {
      directory: '/var/www/html/wp-content/uploads',
      untold: true,
    });
    return listed
      .split('\n')
      .filter((line) => /^\.\/\d{4}\//.test(line))
      .map((line) => line.slice(2));
  }

  #rest(route: string, base: string, query: ReadonlyMap<string, string>): Answer {
    const site = this.#site;
    const headers: readonly Header[] = [
      ['X-Robots-Tag', 'noindex'],
      ['Link', `<${base}/wp-json/>; rel="https://api.w.org/"`],
      ['X-Content-Type-Options', 'nosniff'],
      ['Access-Control-Expose-Headers', 'X-WP-Total, X-WP-TotalPages, Link'],
      ['Access-Control-Allow-Headers', 'Authorization, X-WP-Nonce, Content-Disposition, Content-MD5, Content-Type'],
    ];
    const type = 'application/json; charset=UTF-8';
    const one = /^\/wp\/v2\/users\/(\d+)\/?$/.exec(route)?.[1];
    if (one !== undefined) {
      const user = site.users.find((each) => String(each.id) === one);
      if (user !== undefined) return json(200, userJson(user, base), headers, type);
      return json(
        404,
        { code: 'rest_user_invalid_id', message: 'Invalid user ID.', data: { status: 404 } },
        headers,
        type,
      );
    }
    if (/^\/wp\/v2\/users\/?$/.test(route)) {
      const wanted = query.get('slug') ?? query.get('search');
      const users = site.users.filter((user) => wanted === undefined || user.slug.includes(wanted));
      return json(
        200,
        users.map((user) => userJson(user, base)),
        [...headers, ['X-WP-Total', String(users.length)], ['X-WP-TotalPages', '1'], ['Allow', 'GET']],
        type,
      );
    }
    if (/^\/wp\/v2\/posts\/?$/.test(route))
      return json(
        200,
        site.posts.map(({ id, path, title, date, text }) => ({
          id,
          date,
          link: `${base}${path}`,
          title: { rendered: title },
          content: { rendered: `<p>${text}</p>\n`, protected: false },
          author: 1,
        })),
        headers,
        type,
      );
    if (route === '/')
      return json(
        200,
        {
          name: site.title,
          description: '',
          url: base,
          home: base,
          gmt_offset: '0',
          timezone_string: '',
          namespaces: ['oembed/1.0', 'wp/v2', 'wp-site-health/v1', 'wp-block-editor/v1'],
          authentication: {
            'application-passwords': { endpoints: { authorization: `${base}/wp-admin/authorize-application.php` } },
          },
        },
        headers,
        type,
      );
    return json(
      404,
      {
        code: 'rest_no_route',
        message: 'No route was found matching the URL and request method.',
        data: { status: 404 },
      },
      headers,
      type,
    );
  }

  #asset(path: string, base: string): Answer {
    const site = this.#site;
    if (/^\/wp-content\/(?:plugins|themes)\/?$/.test(path) || path === '/wp-content/' || path === '/wp-content')
      return page(200, '');
    const plugin = /^\/wp-content\/plugins\/([a-z0-9-]+)\/readme\.txt$/.exec(path)?.[1];
    const known = plugin === undefined ? undefined : site.plugins.find(({ slug }) => slug === plugin);
    if (known !== undefined)
      return {
        status: 200,
        headers: [['Content-Type', 'text/plain']],
        body: `=== ${known.name} ===\nRequires at least: 5.8\nTested up to: 6.4\nStable tag: ${known.version}\n`,
        from: 'program',
      };
    const styled = /^\/wp-content\/plugins\/([a-z0-9-]+)\/assets\/css\/style\.css$/.exec(path)?.[1];
    if (site.plugins.some(({ slug }) => slug === styled))
      return { status: 200, headers: [['Content-Type', 'text/css']], body: 'body{margin:0}\n', from: 'program' };
    if (path.endsWith('.php')) return page(path.startsWith('/wp-includes/') ? 500 : 200, '');
    return page(404, notFoundPage(site, base), [EXPIRED, NO_CACHE]);
  }
}
