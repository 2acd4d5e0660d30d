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
];
