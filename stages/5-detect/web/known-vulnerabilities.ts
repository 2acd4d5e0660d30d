/** The doors of known vulnerabilities: paths that exploits ask for, and those who look for such. */

/** Path, and what it is; matched against the decoded lower-case path, or the raw target where `?` stands in it. */
export const KNOWN: readonly (readonly [RegExp, string])[] = [
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
    /\/wp-content\/plugins\/[\w-]{1,64}\/(?:.{0,128})(?:\.\.|readme\.txt|ajax|upload|connector|download|\.php)|\/wp-json\/(?:wp\/v2\/users|litespeed|[\w-]{1,32}\/v\d\/\S{0,64}(?:sql|import|upload))|\/wp-content\/(?:uploads|themes|upgrade)\/.{0,128}\.php|\/wp-admin\/(?:admin-ajax\.php\?action=(?:revslider|duplicator)|setup-config\.php|install\.php)|wlwmanifest\.xml|\/wp-includes\/[\w./-]{1,64}\.php$/,
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
  [/telerik\.web\.ui\.(?:webresource\.axd\?.{0,256}type=rau|dialoghandler)/, 'CVE-2019-18935'],
  [/\/service\/extension\/backup\/mboximport/, 'CVE-2022-37042'],
  [/\/json\/setup-restore(?:-local|-progress)?\.action/, 'CVE-2023-22518'],
  [/\/graphapi\/vendor\/microsoft\/.{0,128}getphpinfo\.php/, 'CVE-2023-49103'],
  [
    /\/php\/(?:ztp_gate|utils\/createremoteappwebsession)\.php\/|\/php\/.{0,64}\.php\/[\w.-]{0,64}\.js\.map/,
    'CVE-2024-0012',
  ],
  [/\/htmlawedtest\.php/, 'CVE-2022-35914'],
  [/\/mifs\/(?:aad\/api|\.;|asfv3\/api|rs\/api)/, 'Exploit of Ivanti EPMM'],
  [/\/cslu\/v1\/(?:scheduler|var|core)/, 'CVE-2024-20439'],
  [/^\/level\/\d{1,2}\/exec\//, 'Exploit of Cisco IOS'],
  [/\/cgi-bin\/(?:viewlog\.asp|nobody\/machine\.cgi|login\.cgi\?|webcm|slogin)/, 'Exploit of a router or camera'],
  [/^\/w00tw00t\.at\./, 'Old scanner'],
  [/^\/(?:sap\/(?:public|bc|hana|admin)|irj\/portal|sap\.com~|nwa|startpage|webdynpro)(?:\/|$)/, 'SAP interface'],
  [/^\/(?:index\.php)?\?(?:.{0,64}&)?author=\d{1,6}(?:&|$)/, 'WordPress user enumeration'],
];

/** What scanners ask for to learn what is there: no door of any vulnerability. */
export const SCANNERS = new Set(['Nmap probe', 'Old scanner']);

/** Names that also stand for requests of rightful users. */
export const WEAK = new Set([
  'WordPress probe',
  'Machine-learning service',
  'Container interface',
  'Path confusion',
  'Known vulnerable application',
  'Debug interface or Drupal exploit',
  'SAP interface',
  'WordPress user enumeration',
]);
