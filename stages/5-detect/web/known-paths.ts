/** Paths that are asked for only to find out: files left behind, web shells, administration pages, and the doors of known vulnerabilities. */
import { KNOWN, SCANNERS, WEAK } from './known-vulnerabilities.ts';
import type { Sign } from './web-inspection.types.ts';

const set = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter((word) => word !== ''));

/** Segments, wherever they stand in the path. */
const SENSITIVE_SEGMENTS = set(`
  .env .git .svn .hg .bzr cvs .aws .azure .ssh .gnupg .docker .kube .npmrc .yarnrc .pypirc .netrc .htaccess .htpasswd .htdigest .ds_store .bash_history .zsh_history
  .mysql_history .psql_history .bashrc .profile .bash_profile .zshrc .vscode .idea .gitconfig .gitignore .gitlab-ci.yml .travis.yml .circleci .dockerenv .dockercfg .ftpconfig .config
  .sftp.json .remote-sync.json .s3cfg .boto .pgpass .my.cnf .viminfo .terraform .streamlit .claude .cursor .anthropic .openai .vault-token .rediscli_history .env.local .env.production .env.dev .env.bak .env.example .env.old
  wp-config.php wp-config.php~ wp-config.php.bak wp-config.bak wp-config.old wp-config.txt configuration.php~ settings.py local_settings.py database.yml secrets.yml credentials.json
  id_rsa id_dsa id_ed25519 id_ecdsa authorized_keys known_hosts server.key private.key privatekey.key web.config docker-compose.yml docker-compose.yaml dockerfile terraform.tfstate
  phpinfo.php info.php test.php~ php.ini .user.ini web-inf meta-inf elmah.axd trace.axd server-status server-info actuator heapdump composer.lock composer.json npm-debug.log
  backup.sql dump.sql database.sql db.sql backup.zip backup.tar.gz site.tar.gz www.zip wwwroot.zip web.rar aws.json aws.yml config.json.bak passwd shadow boot.ini win.ini
  .well-known.bak sftp-config.json deployment-config.json ftpsync.settings .mailrc .lesshst .wget-hsts desktop.ini thumbs.db error_log debug.log laravel.log access.log
`);
const SENSITIVE_ENDINGS =
  /\.(?:bak|backup|old|orig|save|swp|swo|sql|sql\.gz|sqlite3?|mdb|pem|ppk|pfx|p12|kdbx?|tfstate|tfvars|rdb|ovpn|keystore|jks)$|~$|\.php\.(?:txt|bak|old|save|swp)$|\.(?:php|asp|aspx|jsp)[~_]$/;
const DOT_ENV = /^\.env(?:[._-].{0,24})?$|^\.git(?:$|[-/])/;

/** Names of web shells, and of the files that bots hope someone else has left. */
const SHELLS = set(`
  c99.php r57.php shell.php cmd.php wso.php b374k.php alfa.php alfanew.php alfa-rex.php mini.php up.php upl.php uploader.php webshell.php backdoor.php 0x.php x.php xx.php xxx.php 1.php 0.php
  c100.php c2.php wp-conflg.php wp-22.php wp-l0gin.php wp_wrong_datlib.php wpc.php ws.php weevely.php simple-backdoor.php qsd-php-backdoor.php php-backdoor.php php-reverse-shell.php shell.jsp
  cmd.jsp cmdjsp.jsp jspspy.jsp browser.jsp cmd.asp cmd.aspx shell.asp shell.aspx aspxspy.aspx aspydrv.asp cmdasp.asp cmdasp.aspx china.asp chopper.aspx antsword.php behinder.jsp godzilla.jsp
  config.bak.php lock360.php radio.php about.php7 doc.php7 ioxi.php ioxi-o.php gel4y.php marijuana.php mariju.php leaf.php leafmailer.php xleet.php xmrlpc.php fw.php gecko.php bypass.php
  indoxploit.php idx.php k.php m.php eval-stdin.php sh.php adminer-backdoor.php fm.php filemanager.php wp-blog-post.php xl2023.php xl.php atomlib.php moduless.php autoload_classmap.php inputs.php
  repeater.php goods.php chosen.php cloud.php wsoyanz.php shell20211028.php shell4.php ff1.php wp-file.php spy.php perl.alfa cgi.alfa bala.php gank.php vuln.php 404.php7 shell.cgi cmd.cgi
  one.php ss.php tmpls.php tunnel.php tunnel.aspx tunnel.jsp tunnel.ashx reGeorg.php errorEE.aspx iisstart.aspx discover.aspx owaauth.aspx shellex.aspx supp0rt.aspx healthcheck.aspx.cs
`);
const SHELL_FOLDERS =
  /\/(?:alfa_data|alfacgiapi|cgialfa|wso|c99|r57|b374k|webshell)s?(?:\/|$)|\/(?:uploads?|files|images|img|css|js|fonts|cache|tmp|media)\/(?:\S{1,128}\/)?[\w.-]{1,64}\.(?:php\d?|phtml|phar|jspx?|aspx?|ashx|cgi)$/;

const ADMIN =
  /^\/(?:(?:[\w.-]{1,32}\/)?(?:wp-admin|wp-login\.php|phpmyadmin\d{0,4}|pma|php-?my-?admin|myadmin|mysqladmin|adminer(?:-[\d.]+)?(?:\.php)?|dbadmin|sqladmin|administrator|manager\/html|host-manager|jmx-console|web-console|admin-console|phppgadmin|webmin|cpanel|plesk|whm|solr\/admin|jenkins|script|console\/login|_phpmyadmin|mysql-admin|pgadmin\d?|xmlrpc\.php))(?:\/|$)|^\/(?:admin(?:\.php|\.aspx?|\.jsp|\/login(?:\.php|\.aspx?)?|\/index\.php|\/config\.php)|admincp|adminpanel|admin_area|cfide\/administrator)(?:\/|$)?/;

/** @param path decoded and lower case */
export function knownPath(path: string, target: string): Sign | undefined {
  if (path.length < 2 && target.length < 3) return undefined;
  return (
    (path.length > 512 ? undefined : vulnerability(path, target)) ?? leftBehind(path) ?? shell(path) ?? panel(path)
  );
}

/** All of the above at once: most paths are none of them, and that is known after one look instead of thirty. */
const ANY_KNOWN = new RegExp(KNOWN.map(([{ source }]) => `(?:${source})`).join('|'));

function vulnerability(path: string, target: string): Sign | undefined {
  const lower = target.length > 512 ? target.slice(0, 512).toLowerCase() : target.toLowerCase();
  let weak: Sign | undefined;
  if (!ANY_KNOWN.test(path) && (lower === path || !ANY_KNOWN.test(lower))) return undefined;
  for (const [pattern, name] of KNOWN) {
    const isWeak = WEAK.has(name);
    if (isWeak && weak !== undefined) continue;
    const found = pattern.exec(path) ?? (lower === path ? null : pattern.exec(lower));
    if (found === null) continue;
    const kind = SCANNERS.has(name) ? 'scanner' : 'known-vulnerability';
    const sign: Sign = { kind, evidence: `${name}: ${found[0].slice(0, 80)}` };
    if (!isWeak) return sign;
    weak = { ...sign, confidence: 60 };
  }
  return weak;
}

/** Applications that run in a browser fetch the steps in which their database grew. */
const MIGRATION = /\/migrations?\/[\w.-]+\.sql$/;

function leftBehind(path: string): Sign | undefined {
  let from = 1;
  for (let count = 0; count < 64 && from <= path.length; count++) {
    let end = path.indexOf('/', from);
    if (end === -1) end = path.length;
    const segment = path.slice(from, end);
    if (
      segment !== '' &&
      (SENSITIVE_SEGMENTS.has(segment) || (segment.charCodeAt(0) === 0x2e && DOT_ENV.test(segment)))
    )
      return { kind: 'sensitive-file', evidence: path.slice(0, end).slice(-120) };
    from = end + 1;
  }
  const dot = path.lastIndexOf('.');
  return (dot !== -1 || path.endsWith('~')) && SENSITIVE_ENDINGS.test(path.slice(-40)) && !MIGRATION.test(path)
    ? { kind: 'sensitive-file', evidence: path.slice(-120), confidence: 65 }
    : undefined;
}

function shell(path: string): Sign | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (SHELLS.has(name)) return { kind: 'backdoor-hunting', evidence: path.slice(-120) };
  const found = SHELL_FOLDERS.exec(path);
  return found === null ? undefined : { kind: 'backdoor-hunting', evidence: found[0].slice(0, 120), confidence: 60 };
}

function panel(path: string): Sign | undefined {
  const found = ADMIN.exec(path);
  return found === null ? undefined : { kind: 'admin-panel', evidence: found[0] };
}
