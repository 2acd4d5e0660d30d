/** Pages of a WordPress blog: our own markup with the names, classes and links that tools and people look for. */
import { createHash } from 'node:crypto';
import { escapeHtml } from '../html.ts';
import type { WordpressSite, WordpressUser } from './wordpress-site.ts';

const THEME = 'twentytwentyfour';

function head(site: WordpressSite, base: string, title: string): string {
  return `<!DOCTYPE html>
<html lang="en-US">
<head>
<meta charset="UTF-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<title>${escapeHtml(title)}</title>
<meta name='robots' content='max-image-preview:large' />
<link rel="alternate" type="application/rss+xml" title="${escapeHtml(site.title)} &raquo; Feed" href="${base}/feed/" />
<link rel='stylesheet' id='${THEME}-style-css' href='${base}/wp-content/themes/${THEME}/style.css?ver=1.0' media='all' />
${site.plugins
  .slice(1)
  .map(
    ({ slug, version }) =>
      `<link rel='stylesheet' id='${slug}-css' href='${base}/wp-content/plugins/${slug}/assets/css/style.css?ver=${version}' media='all' />`,
  )
  .join('\n')}
<link rel="https://api.w.org/" href="${base}/wp-json/" />
<link rel="EditURI" type="application/rsd+xml" title="RSD" href="${base}/xmlrpc.php?rsd" />
<meta name="generator" content="WordPress ${site.version}" />
</head>`;
}

export function frontPage(site: WordpressSite, base: string, author: WordpressUser | undefined): string {
  const posts = site.posts
    .map(
      ({ id, path, title, date, text }) => `<article id="post-${id}" class="post-${id} post type-post status-publish">
<h2 class="wp-block-post-title"><a href="${base}${path}">${escapeHtml(title)}</a></h2>
<div class="wp-block-post-date"><time datetime="${date}+00:00">${date.slice(0, 10)}</time> by <a href="${base}/author/${site.users[0]!.slug}/" rel="author">${escapeHtml(site.users[0]!.name)}</a></div>
<div class="entry-content"><p>${escapeHtml(text)}</p></div>
</article>`,
    )
    .join('\n');
  const name = author === undefined ? site.title : `${author.name} – ${site.title}`;
  return `${head(site, base, name)}
<body class="${author === undefined ? 'home blog' : `archive author author-${author.slug} author-${author.id}`} wp-embed-responsive">
<div class="wp-site-blocks"><header><h1 class="wp-block-site-title"><a href="${base}" rel="home">${escapeHtml(site.title)}</a></h1><nav><a href="${base}/">Home</a><a href="${base}/feed/">Blog</a></nav></header>
<main>
${posts}
</main>
<footer><p>Proudly powered by <a href="https://wordpress.org">WordPress</a> · <a href="${base}/wp-login.php">Log in</a></p></footer></div>
</body>
</html>
`;
}

export function notFoundPage(site: WordpressSite, base: string): string {
  return `${head(site, base, `Page not found – ${site.title}`)}
<body class="error404 wp-embed-responsive">
<div class="wp-site-blocks"><main><h1>Page Not Found</h1><p>The page you are looking for does not exist, or it has been moved.</p>
<form role="search" method="get" action="${base}/"><input type="search" name="s" /><button type="submit">Search</button></form></main></div>
</body>
</html>
`;
}

export interface LoginForm {
  readonly user: string;
  /** Markup. */
  readonly error: string;
  readonly action: string;
  readonly redirectTo: string;
}

export function loginPage(site: WordpressSite, base: string, form: LoginForm): string {
  const lost = form.action === 'lostpassword' || form.action === 'retrievepassword';
  const fields = lost
    ? `<form name="lostpasswordform" id="lostpasswordform" action="${base}/wp-login.php?action=lostpassword" method="post">
<p><label for="user_login">Username or Email Address</label><input type="text" name="user_login" id="user_login" class="input" value="" size="20" autocapitalize="off" autocomplete="username" required /></p>
<p class="submit"><input type="submit" name="wp-submit" id="wp-submit" class="button button-primary button-large" value="Get New Password" /></p></form>`
    : `<form name="loginform" id="loginform" action="${base}/wp-login.php" method="post">
<p><label for="user_login">Username or Email Address</label>
<input type="text" name="log" id="user_login" class="input" value="${escapeHtml(form.user)}" size="20" autocapitalize="off" autocomplete="username" required="required" /></p>
<div class="user-pass-wrap"><label for="user_pass">Password</label>
<input type="password" name="pwd" id="user_pass" class="input password-input" value="" size="20" autocomplete="current-password" spellcheck="false" required="required" /></div>
<p class="forgetmenot"><input name="rememberme" type="checkbox" id="rememberme" value="forever" /> <label for="rememberme">Remember Me</label></p>
<p class="submit"><input type="submit" name="wp-submit" id="wp-submit" class="button button-primary button-large" value="Log In" />
<input type="hidden" name="redirect_to" value="${escapeHtml(form.redirectTo)}" /><input type="hidden" name="testcookie" value="1" /></p></form>`;
  const error =
    form.error === '' ? '' : `<div id="login_error" class="notice notice-error"><p>${form.error}</p></div>\n`;
  return `<!DOCTYPE html>
<html lang="en-US">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
<title>${lost ? 'Lost Password' : 'Log In'} &lsaquo; ${escapeHtml(site.title)} &#8212; WordPress</title>
<meta name='robots' content='max-image-preview:large, noindex, noarchive' />
<link rel='stylesheet' id='login-css' href='${base}/wp-admin/css/login.min.css?ver=${site.version}' media='all' />
<meta name='referrer' content='strict-origin-when-cross-origin' />
<meta name="viewport" content="width=device-width" />
</head>
<body class="login no-js login-action-${lost ? 'lostpassword' : 'login'} wp-core-ui locale-en-us">
<div id="login"><h1><a href="https://wordpress.org/">Powered by WordPress</a></h1>
${error}${fields}
<p id="nav"><a class="wp-login-lost-password" href="${base}/wp-login.php?action=lostpassword">Lost your password?</a></p>
<p id="backtoblog"><a href="${base}/">&larr; Go to ${escapeHtml(site.title)}</a></p>
</div>
</body>
</html>
`;
}

export function adminPage(
  site: WordpressSite,
  base: string,
  user: string,
  path: string,
  uploaded: readonly string[],
  library: readonly string[] = [],
): string {
  const entries = [
    ['index.php', 'Dashboard'],
    ['edit.php', 'Posts'],
    ['upload.php', 'Media'],
    ['themes.php', 'Appearance'],
    ['theme-editor.php', 'Theme File Editor'],
    ['plugins.php', 'Plugins'],
    ['plugin-install.php', 'Add New Plugin'],
    ['plugin-editor.php', 'Plugin File Editor'],
    ['users.php', 'Users'],
    ['tools.php', 'Tools'],
    ['options-general.php', 'Settings'],
  ];
  const file = path.slice(path.lastIndexOf('/') + 1) || 'index.php';
  const title = entries.find(([name]) => name === file)?.[1] ?? 'Dashboard';
  const nonce = createHash('md5').update(`${site.hash}${user}${file}`).digest('hex').slice(0, 10);
  const upload = (kind: string, field: string) =>
    `<form method="post" enctype="multipart/form-data" class="wp-upload-form" action="${base}/wp-admin/update.php?action=upload-${kind}"><input type="hidden" id="_wpnonce" name="_wpnonce" value="${nonce}" /><input type="file" id="${field}" name="${field}" accept=".zip" /><input type="submit" name="install-${kind}-submit" class="button" value="Install Now" /></form>`;
  let body = `<div id="dashboard-widgets"><h2>At a Glance</h2><p>${site.posts.length} Posts · ${site.users.length} Users</p><p id="wp-version-message">WordPress ${site.version} running <a href="themes.php">Twenty Twenty-Four</a> theme.</p></div>`;
  if (uploaded.length > 0)
    body = uploaded
      .map(
        (name) =>
          `<p>Installing from uploaded file: ${escapeHtml(name)}</p><p>Unpacking the package&#8230;</p><p>Installing&#8230;</p><p>Installed successfully.</p>`,
      )
      .join('');
  else if (file === 'plugin-install.php') body = upload('plugin', 'pluginzip');
  else if (file === 'theme-install.php') body = upload('theme', 'themezip');
  else if (file === 'upload.php' && library.length > 0)
    body = `<ul class="attachments">${library.map((each) => `<li class="attachment"><a href="${base}/wp-content/uploads/${escapeHtml(each)}">${escapeHtml(each.slice(each.lastIndexOf('/') + 1))}</a></li>`).join('')}</ul>`;
  else if (file === 'media-new.php' || file === 'upload.php')
    body = `<form enctype="multipart/form-data" method="post" action="${base}/wp-admin/media-new.php" id="file-form"><input type="hidden" name="_wpnonce" value="${nonce}" /><input type="file" name="async-upload" id="async-upload" /><input type="submit" name="html-upload" class="button" value="Upload" /></form>`;
  else if (file === 'theme-editor.php' || file === 'plugin-editor.php')
    body = `<form name="template" id="template" action="${base}/wp-admin/${file}" method="post"><input type="hidden" name="nonce" value="${nonce}" /><input type="hidden" name="theme" value="${THEME}" /><input type="hidden" name="file" value="functions.php" /><textarea cols="70" rows="25" name="newcontent" id="newcontent">&lt;?php\n</textarea><input type="submit" name="submit" class="button" value="Update File" /></form>`;
  else if (file === 'plugins.php')
    body = `<table class="wp-list-table plugins">${site.plugins.map((plugin) => `<tr data-slug="${plugin.slug}"><td>${plugin.name}</td><td>Version ${plugin.version}</td></tr>`).join('')}</table>`;
  else if (file === 'users.php')
    body = `<table class="wp-list-table users">${site.users.map((each) => `<tr id="user-${each.id}"><td>${escapeHtml(each.login)}</td><td>Administrator</td></tr>`).join('')}</table>`;
  return `<!DOCTYPE html>
<html class="wp-toolbar" lang="en-US">
<head><meta charset="UTF-8" /><title>${title} &lsaquo; ${escapeHtml(site.title)} &#8212; WordPress</title><link rel='stylesheet' href='${base}/wp-admin/load-styles.php?c=0&amp;dir=ltr&amp;load%5Bchunk_0%5D=dashicons,admin-bar,common,forms,admin-menu,dashboard&amp;ver=${site.version}' media='all' /></head>
<body class="wp-admin wp-core-ui no-js">
<div id="wpwrap"><div id="adminmenumain"><ul id="adminmenu">${entries.map(([name, text]) => `<li><a href="${base}/wp-admin/${name}">${text}</a></li>`).join('')}</ul></div>
<div id="wpcontent"><div id="wpadminbar">Howdy, <span class="display-name">${escapeHtml(user)}</span> <a href="${base}/wp-login.php?action=logout&amp;_wpnonce=${nonce}">Log Out</a></div>
<div class="wrap"><h1>${title}</h1>${body}</div></div>
<p id="footer-upgrade">Version ${site.version}</p></div>
</body>
</html>
`;
}

export function readmePage(site: WordpressSite): string {
  return `<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8" /><title>WordPress &#8250; ReadMe</title></head>\n<body>\n<h1>WordPress</h1>\n<p>Version ${site.version.split('.').slice(0, 2).join('.')}</p>\n<p>Publishing for everyone. To install, open <a href="wp-admin/install.php">wp-admin/install.php</a> in your browser.</p>\n</body>\n</html>\n`;
}

export function userJson(user: WordpressUser, base: string): unknown {
  const avatar = createHash('md5').update(`${user.login}@`).digest('hex');
  return {
    id: user.id,
    name: user.name,
    url: user.id === 1 ? base : '',
    description: '',
    link: `${base}/author/${user.slug}/`,
    slug: user.slug,
    avatar_urls: Object.fromEntries(
      ['24', '48', '96'].map((size) => [size, `https://secure.gravatar.com/avatar/${avatar}?s=${size}&d=mm&r=g`]),
    ),
    meta: [],
    _links: {
      self: [{ href: `${base}/wp-json/wp/v2/users/${user.id}` }],
      collection: [{ href: `${base}/wp-json/wp/v2/users` }],
    },
  };
}
