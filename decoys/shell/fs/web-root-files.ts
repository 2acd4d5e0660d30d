/** The web root on the disk: what the website shows from the outside, seen from the inside. Applications' own programs are there by name. */
import { environmentText, wordpressConfig } from '../../honeytoken/environment.ts';
import { gitFolder } from '../../honeytoken/git-folder.ts';
import { webRootFilledAt, webRootPlaces } from '../../honeytoken/web-root.ts';
import type { Persona } from '../../persona/persona.types.ts';
import type { GeneratedFile } from './generated-file.ts';

const WEB_USER = { uid: 33, gid: 33 };
/** Names of a blog's programs. */
const WORDPRESS: readonly string[] = [
  'license.txt',
  'readme.html',
  'wp-activate.php',
  'wp-comments-post.php',
  'wp-config-sample.php',
  'wp-cron.php',
  'wp-links-opml.php',
  'wp-login.php',
  'wp-mail.php',
  'wp-settings.php',
  'wp-signup.php',
  'wp-trackback.php',
  'xmlrpc.php',
  'wp-admin/admin.php',
  'wp-admin/admin-ajax.php',
  'wp-admin/index.php',
  'wp-admin/plugins.php',
  'wp-admin/theme-editor.php',
  'wp-admin/users.php',
  'wp-includes/functions.php',
  'wp-includes/load.php',
  'wp-includes/pluggable.php',
  'wp-includes/user.php',
  'wp-content/plugins/akismet/akismet.php',
  'wp-content/themes/twentytwentyfour/theme.json',
  'wp-content/themes/twentytwentyfour/style.css',
];

export function webRootFiles(persona: Persona): GeneratedFile[] {
  const places = webRootPlaces(persona);
  const mtime = Math.floor(webRootFilledAt(persona) / 1000);
  const files: GeneratedFile[] = places.environment.map((path) => ({
    path,
    ...WEB_USER,
    mtime,
    text: environmentText(persona),
  }));
  if (places.environment.length === 0) return files;
  for (const [path, content] of gitFolder(persona))
    files.push({ path: `/var/www/html${path}`, ...WEB_USER, mtime, text: content });
  if (places.wordpress.length > 0) {
    const at = places.wordpress[0]!.replace(/\/[^/]+$/, '');
    const version = persona.sites.find(({ application }) => application === 'wordpress')?.version ?? '6.4.3';
    const own = (path: string, text: string): number => files.push({ path: `${at}/${path}`, ...WEB_USER, mtime, text });
    for (const path of WORDPRESS) own(path, program(path));
    own('index.php', "<?php\ndefine( 'WP_USE_THEMES', true );\nrequire __DIR__ . '/wp-blog-header.php';\n");
    own(
      'wp-blog-header.php',
      "<?php\nif ( ! isset( $wp_did_header ) ) {\n\t$wp_did_header = true;\n\trequire_once __DIR__ . '/wp-load.php';\n\twp();\n\trequire_once ABSPATH . WPINC . '/template-loader.php';\n}\n",
    );
    own('wp-load.php', program('wp-load.php'));
    files.push({ path: `${at}/wp-includes/bundle.phar`, ...WEB_USER, mtime, text: '', size: 11_204_318 });
    own(
      'wp-includes/version.php',
      `<?php\n$wp_version = '${version}';\n$wp_db_version = 56657;\n$required_php_version = '7.0.0';\n$required_mysql_version = '5.0';\n`,
    );
    own('wp-content/index.php', '<?php\n// Silence is golden.\n');
    own('wp-content/uploads/index.php', '<?php\n// Silence is golden.\n');
    own(
      '.htaccess',
      'RewriteEngine On\nRewriteBase /\nRewriteRule ^index\\.php$ - [L]\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteCond %{REQUEST_FILENAME} !-d\nRewriteRule . /index.php [L]\n',
    );
    for (const path of places.wordpress)
      files.push({ path, ...WEB_USER, mtime, mode: 0o100640, text: wordpressConfig(persona) });
  }
  return files;
}

/** In the place of a program of another's, which we may not ship: what belongs to a blog that was packed for delivery. */
function program(path: string): string {
  return path.endsWith('.php')
    ? `<?php\nrequire_once __DIR__ . '${'/..'.repeat(path.split('/').length - 1)}/wp-includes/bundle.phar';\n`
    : '\n';
}
