/** Every format that we read: a line each. `parsers.test.ts` fails when a folder is not listed. */
import type { ParserEntry } from '@netsentinel/contracts/parser';

export const parsers: readonly ParserEntry[] = [
  { id: 'zeek', title: 'Zeek logs, TSV and JSON', load: async () => (await import('./zeek/zeek.parser.ts')).zeek },
  {
    id: 'iptables',
    title: 'Netfilter: iptables, nftables and ufw kernel lines',
    load: async () => (await import('./iptables/iptables.parser.ts')).iptables,
  },
  {
    id: 'nginx-access',
    title: 'nginx access log',
    load: async () => (await import('./nginx-access/nginx-access.parser.ts')).nginxAccess,
  },
  {
    id: 'cisco-asa',
    title: 'Cisco ASA and Firepower firewalls',
    load: async () => (await import('./cisco-asa/cisco-asa.parser.ts')).ciscoAsa,
  },
  {
    id: 'syslog',
    title: 'Syslog: RFC 3164, RFC 5424 and files in /var/log, with what well-known daemons write in it',
    load: async () => (await import('./syslog/syslog.parser.ts')).syslog,
  },
  { id: 'suricata', title: 'Suricata EVE', load: async () => (await import('./suricata/suricata.parser.ts')).suricata },
  { id: 'cef', title: 'Common Event Format (CEF)', load: async () => (await import('./cef/cef.parser.ts')).cef },
  {
    id: 'cowrie',
    title: 'Cowrie SSH and Telnet honeypot, JSON and text',
    load: async () => (await import('./cowrie/cowrie.parser.ts')).cowrie,
  },
  {
    id: 'opencanary',
    title: 'OpenCanary honeypot, JSON',
    load: async () => (await import('./opencanary/opencanary.parser.ts')).opencanary,
  },
  {
    id: 'dionaea',
    title: 'Dionaea honeypot, JSON',
    load: async () => (await import('./dionaea/dionaea.parser.ts')).dionaea,
  },
  {
    id: 'conpot',
    title: 'Conpot industrial honeypot, text and JSON',
    load: async () => (await import('./conpot/conpot.parser.ts')).conpot,
  },
  {
    id: 'heralding',
    title: 'Heralding credentials honeypot, JSON and CSV',
    load: async () => (await import('./heralding/heralding.parser.ts')).heralding,
  },
  {
    id: 'honeytrap',
    title: 'Honeytrap honeypots, JSON',
    load: async () => (await import('./honeytrap/honeytrap.parser.ts')).honeytrap,
  },
  {
    id: 'nginx-error',
    title: 'nginx error log',
    load: async () => (await import('./nginx-error/nginx-error.parser.ts')).nginxError,
  },
  {
    id: 'apache-access',
    title: 'Apache access log',
    load: async () => (await import('./apache-access/apache-access.parser.ts')).apacheAccess,
  },
  {
    id: 'apache-error',
    title: 'Apache error log',
    load: async () => (await import('./apache-error/apache-error.parser.ts')).apacheError,
  },
  { id: 'exim', title: 'Exim mainlog', load: async () => (await import('./exim/exim.parser.ts')).exim },
  {
    id: 'auditd',
    title: 'Linux audit log (auditd)',
    load: async () => (await import('./auditd/auditd.parser.ts')).auditd,
  },
  {
    id: 'mysql-error',
    title: 'MySQL and MariaDB error log',
    load: async () => (await import('./mysql-error/mysql-error.parser.ts')).mysqlError,
  },
  { id: 'vsftpd', title: 'vsftpd log', load: async () => (await import('./vsftpd/vsftpd.parser.ts')).vsftpd },
  { id: 'ecs', title: 'Elastic Common Schema, JSON', load: async () => (await import('./ecs/ecs.parser.ts')).ecs },
  {
    id: 'postgresql',
    title: 'PostgreSQL log, text and CSV',
    load: async () => (await import('./postgresql/postgresql.parser.ts')).postgresql,
  },
  { id: 'haproxy', title: 'HAProxy log', load: async () => (await import('./haproxy/haproxy.parser.ts')).haproxy },
  { id: 'iis', title: 'IIS access log (W3C)', load: async () => (await import('./iis/iis.parser.ts')).iis },
  {
    id: 'iis-error',
    title: 'IIS error log (HTTP.sys)',
    load: async () => (await import('./iis-error/iis-error.parser.ts')).iisError,
  },
  {
    id: 'windows-event',
    title: 'Windows events, JSON (Winlogbeat, evtx_dump, NXLog) and XML',
    load: async () => (await import('./windows-event/windows-event.parser.ts')).windowsEvent,
  },
  {
    id: 'traefik',
    title: 'Traefik access log, common form and JSON',
    load: async () => (await import('./traefik/traefik.parser.ts')).traefik,
  },
  { id: 'caddy', title: 'Caddy log, JSON', load: async () => (await import('./caddy/caddy.parser.ts')).caddy },
  {
    id: 'named',
    title: 'BIND name server log, queries too',
    load: async () => (await import('./named/named.parser.ts')).named,
  },
  {
    id: 'pfsense',
    title: 'pfSense and OPNsense firewalls',
    load: async () => (await import('./pfsense/pfsense.parser.ts')).pfsense,
  },
  {
    id: 'cisco-ios',
    title: 'Cisco IOS routers and switches',
    load: async () => (await import('./cisco-ios/cisco-ios.parser.ts')).ciscoIos,
  },
  {
    id: 'leef',
    title: 'Log Event Extended Format (LEEF)',
    load: async () => (await import('./leef/leef.parser.ts')).leef,
  },
  {
    id: 'application',
    title: 'Text logs of applications: lines with a time; their logins and web requests are understood',
    load: async () => (await import('./application/application.parser.ts')).application,
  },
  {
    id: 'application-json',
    title: 'JSON logs of applications: objects with a time; their logins and web requests are understood',
    load: async () => (await import('./application-json/application-json.parser.ts')).applicationJson,
  },
  {
    id: 'sshesame',
    title: 'sshesame SSH honeypot, text',
    load: async () => (await import('./sshesame/sshesame.parser.ts')).sshesame,
  },
  {
    id: 'aws-access',
    title: 'AWS access logs: Application Load Balancer, classic ELB, CloudFront',
    load: async () => (await import('./aws-access/aws-access.parser.ts')).awsAccess,
  },
  {
    id: 'kubernetes-audit',
    title: 'Kubernetes audit log, JSON',
    load: async () => (await import('./kubernetes-audit/kubernetes-audit.parser.ts')).kubernetesAudit,
  },
];
