/**
 * Cases of CrowdSec's hub without an asserted alert whose logs hold attacks all the same: tests of a parser, in which no scenario is there to judge. What makes
 * each an attack, from its lines; where the hub has a scenario for them, or a case that asserts an alert about the same lines, that is said. They count against us
 * where cases are read simply; an incident in any case that is not listed here is one too many in any reading.
 */
export const ATTACKS: Readonly<Record<string, string>> = {
  'aws-alb-logs':
    'Log4Shell in a user agent, OGNL that runs a command (CVE-2022-26134), a command in a parameter of Cacti (CVE-2022-46169), each from two addresses; three scenarios of the hub alert at once',
  'baikal-logs':
    'three addresses with 5 to 7 refused logins within a minute; the same lines alert in its case `baikal-bf`',
  'cpanel-logs':
    'cPanel itself locked an address out for guessing, where a scenario of the hub alerts at once; another asked for /etc/shadow twice and was answered',
  'mssql-text-logs': '7 refused logins within 21 seconds, 6 of them as SA within 4; scenario `mssql-bf`',
  'odoo-logs': '6 accounts refused within 5 seconds; the same lines alert in its case `odoo-bf_user-enum`',
  'paperless-ngx-logs':
    'two addresses with 6 refused logins each within 2 to 5 minutes, twice; the same lines alert in its case `paperless-ngx-bf`',
  'proxmox-logs':
    'three addresses with 5 or 6 refused logins within 5 seconds, as toor and root; scenario `proxmox-bf`, which cannot fire there for want of dates',
  'pureftpd-logs': '15 refused logins as root within 34 seconds; scenario `pureftpd-bf`',
  'radarr-logs': '6 refused logins within 5 seconds; scenario `radarr-bf`',
  'stirling-pdf-logs':
    '8 refused logins within 4 minutes; such lines of the same address alert in its case `stirling-pdf-bf`',
  'suricata-logs-fastlog':
    'an alarm of the highest priority: path traversal of Apache 2.4.49 (CVE-2021-41773); scenario `suricata-major-severity` alerts at once',
  traefik_json: 'two requests for made-up files by a client that calls itself Nikto; scenario `http-bad-user-agent`',
  'vaultwarden-logs':
    '6 refused logins within 26 seconds, 6 refused administration tokens and 12 refused second factors at once; scenario `vaultwarden-bf`',
  'zoneminder-logs':
    '5 refused logins within 3 minutes, and 6 accounts within 2 seconds; the same lines alert in its case `zoneminder-bf`',
  'zoraxy-http-logs':
    'seven requests for repositories, secrets and exploits of Exchange and WordPress, some by zgrab, within 9 hours; too slow for the scenarios of the hub',
};
