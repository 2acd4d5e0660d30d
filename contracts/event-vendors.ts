/** Vendors' own facts in an event, under the names that Elastic's integrations give them. What is below is the vendor's business: any names, bounded when read. */
import { z } from 'zod';

/** Every namespace that a parser of ours may write to. */
export const VENDORS = [
  'apache',
  'auditd',
  'caddy',
  'cef',
  'cisco',
  'conpot',
  'coredns',
  'cowrie',
  'dionaea',
  'dovecot',
  'fortinet',
  'haproxy',
  'heralding',
  'honeytrap',
  'icmp',
  'iis',
  'iptables',
  'journald',
  'kafka',
  'kubernetes',
  'leef',
  'modsec',
  'mongodb',
  'mysql',
  'nginx',
  'nginx_ingress_controller',
  'opencanary',
  'pfsense',
  'postfix',
  'postgresql',
  'powershell',
  'redis',
  'snort',
  'squid',
  'sshesame',
  'suricata',
  'sysmon',
  'system',
  'systemd',
  'tomcat',
  'traefik',
  'winlog',
  'zeek',
] as const;

function namespace() {
  return z.record(z.string().max(64), z.unknown()).optional();
}

export const vendorFields = Object.fromEntries(VENDORS.map((name) => [name, namespace()])) as Record<
  (typeof VENDORS)[number],
  ReturnType<typeof namespace>
>;
