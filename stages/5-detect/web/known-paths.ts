/** Paths that are asked for only to find out: files left behind, web shells, administration pages, and the doors of known vulnerabilities. */
import type { Sign } from './web-inspection.types.ts';

const set = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter((word) => word !== ''));

/** Segments, wherever they stand in the path. */
const SENSITIVE_SEGMENTS = set(`
  .env .git .svn .hg .bzr cvs .aws .azure .ssh .gnupg .docker .kube .npmrc .yarnrc .pypirc .netrc .htaccess .htpasswd .htdigest .ds_store .bash_history .zsh_history
  .mysql_history .psql_history .bashrc .profile .bash_profile .zshrc .vscode .idea .gitconfig .gitignore .gitlab-ci.yml .travis.yml .circleci .dockerenv .dockercfg .ftpconfig .config
  .sftp.json .remote-sync.json .s3cfg .boto .pgpass .my.cnf .viminfo .terraform .streamlit .claude .cursor .anthropic .openai .vault-token .rediscli_history .env.local .env.production .env.dev .env.bak .env.example .env.old
  wp-config.php~ wp-config.php.bak wp-config.bak wp-config.old wp-config.txt configuration.php~ settings.py local_settings.py database.yml secrets.yml credentials.json
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

/** Path, and what it is; matched against the decoded lower-case path, or the raw target where `?` stands in it. */
const KNOWN: readonly (readonly [RegExp, string])[] = [
  [
    /^\/cgi-bin\/(?:\.%?|luci\/;stok=|.{0,64}\/bin\/|.{0,32}(?:test-cgi|printenv|php4?-?cgi|php5?(?:-cli)?|status|viewcode|phf|nph-test|account_mgr\.cgi|nas_sharing\.cgi|kerbynet|mainfunction\.cgi|webproc|supervisor|adv_remotelog|authlogin\.cgi|jarrewrite\.sh|downloadflash|weblogin\.cgi|libagent|config\.exp))/,
    'CGI program',
  ],
  [/\/vendor\/phpunit\/|\/phpunit\/src\/util\/php\/|\/eval-stdin\.php$/, 'CVE-2017-9841'],
  [
    /^\/(?:boaform|goform|hnap1|gponform|ctrlt|picsdesc|setup\.cgi|apply\.cgi|tmunblock\.cgi|stssys\.htm|set_ltepassword|shell\?|device\.rsp|language\/swedish|__api__|dnscfg\.cgi|soap\.cgi|wanipcn\.xml|ud\/|upnpdev|onvif|syslogin\.cgi|login\.cgi\?cli=|board\.cgi|backupmgt|upnp\/control|ubus|diag\.cgi|cgi\/execute_cmd|linuxmips)/,
    'Exploit of a router or camera',
  ],
  [
    /\/solr\/(?:[\w-]{1,64}\/)?(?:admin\/(?:info|cores|collections)|config|dataimport|debug\/dump|select.*velocity)/,
    'Exploit of Solr',
  ],
  [/\/_ignition\/execute-solution/, 'CVE-2021-3129'],
  [
    /\/(?:autodiscover\/autodiscover\.json.*@|autodiscover\/autodiscover\.json.*powershell|owa\/auth\/(?:x\.js|current|.{1,32}\.aspx\b.*)|ecp\/(?:default\.flt|proxylogon\.ecp|current\/|y\.js|[\w.]{1,32}\.js$|.{1,32}\.aspx)|mapi\/nspi|ews\/exchange\.asmx.*)/,
    'Exploit of Exchange',
  ],
  [
    /\/(?:dana-na\/|dana\/|api\/v1\/totp\/user-backup-code|api\/v1\/(?:license|configuration|cav)\/.*\.\.)/,
    'Exploit of Pulse Secure or Ivanti',
  ],
  [
    /\/(?:remote\/(?:fgt_lang|hostcheck_validate|logincheck|error|info|login)|sslvpn_websession|api\/v2\/cmdb\/system\/admin)(?:\/|$|\?|&|:)/,
    'Exploit of FortiOS',
  ],
  [
    /\/(?:global-protect\/(?:login\.esp|prelogin\.esp)|ssl-vpn\/hipreport\.esp|php\/ztp_gate\.php|unauth\/.*\.php|\+cscoe\+\/|\+cscot\+\/|cscoe|tmui\/(?:login\.jsp|locallb)|mgmt\/tm\/util\/bash|mgmt\/shared\/authn|hsqldb%0a|vpns?\/(?:\.\.\/)|vpn\/index\.html|logon\/logonpoint|oauth\/idp\/\.well-known|menu\/(?:stapp|ss|neo)|gwtest|nf\/auth)/,
    'Exploit of a VPN gateway',
  ],
  [/\/(?:webtools\/control\/|accounting\/control\/|ordermgr\/control)/, 'Exploit of OFBiz'],
  [
    /\/(?:wls-wsat|_async\/async|console\/(?:images\/|css\/)?(?:%25|\.\.)|console\/consolejndi|bea_wls_|uddiexplorer|console\/css\/%25)/,
    'Exploit of WebLogic',
  ],
  [
    /\/(?:struts2?-showcase|struts2?\/|.{1,128}\.action(?:$|[?!;])).*(?:redirect|action|method|class|ognl|%24|\$\{)|\/struts2?-(?:showcase|rest|blank)/,
    'Exploit of Struts',
  ],
  [
    /\/(?:actuator|env|jolokia)\/(?:gateway\/routes|env|heapdump|restart|refresh|jolokia|loggers|mappings|configprops|httptrace|threaddump|list|exec|read)|^\/(?:jolokia|actuator)(?:\/|$)|^\/heapdump$/,
    'Spring or Jolokia actuator',
  ],
  [/\/functionrouter(?:$|[?/])/, 'CVE-2022-22963'],
  [
    /\/(?:invoker\/(?:jmxinvokerservlet|ejbinvokerservlet|readonly)|jmx-console\/htmladaptor|jbossmq-httpil|jkstatus)/,
    'Exploit of JBoss',
  ],
  [
    /\/(?:index\.php\/?)?\?s=\/?(?:index\/\\think|\/?index\/|captcha)|invokefunction|think\\app|\/public\/index\.php\?s=|\/thinkphp\//,
    'Exploit of ThinkPHP',
  ],
  [
    /\/(?:user\/register\?element_parents|\?q=node\/?&destination|_profiler\/|app_dev\.php|telescope\/requests|horizon\/api|debug\/default\/view|nette\.micro|index\.php\/module\/action|frontend_dev\.php|_wdt\/)/,
    'Debug interface or Drupal exploit',
  ],
  [
    /\/wp-content\/plugins\/[\w-]{1,64}\/(?:.{0,128})(?:\.\.|readme\.txt|ajax|upload|connector|download|\.php)|\/wp-json\/(?:wp\/v2\/users|litespeed|[\w-]{1,32}\/v\d\/\S{0,64}(?:sql|import|upload))|\/wp-content\/(?:uploads|themes|upgrade)\/.{0,128}\.php|\/wp-admin\/(?:admin-ajax\.php\?action=(?:revslider|duplicator)|setup-config\.php|install\.php)|\?author=\d+$|wlwmanifest\.xml|\/wp-includes\/[\w./-]{1,64}\.php$/,
    'WordPress probe',
  ],
  [
    /\/(?:api\/jsonws\/invoke|portal\/api\/jsonws)|\/(?:pages\/(?:createpage|doenterpagevariables|templates2\/viewpagetemplate)|confluence\/pages\/|rest\/tinymce\/1\/macro|setup\/setupadministrator|server-info\.action|template\/(?:custom|aui)\/)|\/secure\/(?:contactadministrators|querycomponent|viewuserhover|managefilters)|\/s\/\w{1,128}\/_\/;?\//,
    'Exploit of Confluence, Jira or Liferay',
  ],
  [
    /\/(?:ui\/vropspluginui|analytics\/telemetry|sdk\/?$|catalog-portal\/ui\/oauth|casa\/nodes\/thumbprints|eam\/vib|websso\/saml2|rest\/vcav|statushealth)/,
    'Exploit of VMware',
  ],
  [
    /\/(?:securityrealm\/user\/|descriptorbyname\/|script(?:text)?$|asynchpeople|jnlpjars|cli\?remoting)/,
    'Exploit of Jenkins',
  ],
  [
    /\/(?:druid\/(?:index|indexer|websession|weburi|login|sql)|nacos\/v\d|zabbix\/(?:jsrpc|index)|cacti\/remote_agent|remote_agent\.php|geoserver\/(?:wfs|web|ows|wms)|seeyon\/|weaver\/|mobile\/plugin\/|general\/login|ispirit\/im|hikvision|artemis|sdk\/webLanguage|securityhq|onvif-http|pandora_console|glpi|vendor\/htmlawed|api\/users\/register_session|nagiosxi|fuel\/pages|horde\/|roundcube\/|zimbra|zm\/index|owncloud|ocs\/v1|kcfinder|elfinder|ckfinder|fckeditor|tiny_?mce\/plugins\/filemanager|kindeditor|ueditor|uploadify|plupload|phpgw|phpthumb|timthumb\.php|awstats|cgi-mod|showcode|sftpd)(?:\/|$|\?|\.|_)/,
    'Known vulnerable application',
  ],
  [
    /\/(?:containers\/(?:json|create)|v1\.\d{2}\/(?:containers|images|version)|api\/v1\/(?:namespaces|pods|secrets)|exec\/\w{64}|images\/json|v2\/_catalog|v2\/keys|pods$|runningpods)(?:\/|$|\?)/,
    'Container interface',
  ],
  [
    /\/(?:latest\/(?:meta-data|user-data|dynamic)|computemetadata\/v1|metadata\/instance|opc\/v[12]\/instance)/,
    'Cloud metadata',
  ],
  [
    /\/nice%20ports|\/trinity\.txt\.bak|nmaplowercheck|\/sdk$|\/evox\/about|\/nmap\/|\/\.well-known\/nmap/,
    'Nmap probe',
  ],
  [/\/(?:proc\/self|icons\/|cgi-bin\/)\.(?:%%|%2e|\.)/, 'CVE-2021-41773'],
  [
    /\.(?:php|jsp)\/\S{1,64}\.(?:css|js|jpg|png|ico)$|\/%20\.php|\.php%00|\/;\/|\.jsp(?:%20|\/$|::\$data)|::\$data|\/\.;\/|;\.js(?:p|on)?$/,
    'Path confusion',
  ],
  [
    /\/(?:cgi-bin|scripts|msadc|_vti_bin|_mem_bin|iisadmpwd)\/.{0,128}(?:cmd\.exe|root\.exe|shtml\.(?:dll|exe)|_vti_aut|fpcount|owssvr|htimage)|\/(?:root|cmd)\.exe\b|\/default\.ida\?|\/null\.(?:htr|ida|printer)|\.(?:htr|idc|ida|idq|printer)(?:$|\?)|\/_vti_(?:bin|cnf|pvt|inf)/,
    'Old IIS exploit',
  ],
  [
    /\/(?:moveitisapi|guestaccess\.aspx|human\.aspx|human2\.aspx|aspera\/faspex|webinterface\/function|goanywhere|templates\/admin\/|reports\/rwservlet|struts\/utils\.js|setupwizard\.aspx|app_extensions|screenconnect|_layouts\/1[56]\/(?:toolpane|picker|viewstate|start|spinstall)|toolpane\.aspx|showlogin\.cc|cgi-bin\/ibadmin|graph_image\.php|login\.action\?|clusterpage|hybridity\/|ajaxpro)/,
    'Exploit of file transfer or remote support',
  ],
  [
    /\/(?:api\/(?:v\d\/)?(?:parse|run|pull|generate|tags|terminals|kernels|mcp|validate\/code)|v1\/models|hudson|flowise|langflow|ollama|comfyui|\.openclaw)(?:$|\?)/,
    'Machine-learning service',
  ],
];

/** @param path decoded and lower case */
export function knownPath(path: string, target: string): Sign | undefined {
  if (path.length < 2) return undefined;
  return (
    (path.length > 512 ? undefined : vulnerability(path, target)) ?? leftBehind(path) ?? shell(path) ?? panel(path)
  );
}

/** The first letters after a slash that any of the above begins with say most paths off before a single pattern runs. */
function vulnerability(path: string, target: string): Sign | undefined {
  const lower = target.length > 512 ? target.slice(0, 512).toLowerCase() : target.toLowerCase();
  for (const [pattern, name] of KNOWN) {
    const found = pattern.exec(path) ?? (lower === path ? null : pattern.exec(lower));
    if (found !== null)
      return {
        kind: 'known-vulnerability',
        evidence: `${name}: ${found[0].slice(0, 80)}`,
        ...(WEAK.has(name) ? { confidence: 60 } : {}),
      };
  }
  return undefined;
}

/** Names that also stand for requests of rightful users. */
const WEAK = new Set([
  'WordPress probe',
  'Machine-learning service',
  'Container interface',
  'Path confusion',
  'Known vulnerable application',
  'Debug interface or Drupal exploit',
]);

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
  return (dot !== -1 || path.endsWith('~')) && SENSITIVE_ENDINGS.test(path.slice(-40))
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
