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
];
