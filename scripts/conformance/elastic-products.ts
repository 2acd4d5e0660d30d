/** The products of Elastic's integrations that we read, with the parser for each of their data streams and the floor that we promise. */

export interface Product {
  /** Folder in the corpus. */
  readonly name: string;
  /** Percent of fields that must be as Elastic has them. */
  readonly floor: number;
  readonly streams: readonly Stream[];
  /** Fields of this product that are not compared, each with its reason beside it. */
  readonly leftOut?: readonly RegExp[];
}

interface Stream {
  /** Folder below `data_stream`. */
  readonly name: string;
  /** Id of our parser. */
  readonly parser: string;
  /** What Elastic's test configuration sets. */
  readonly zone?: string;
  readonly pattern?: string;
}

const zeekStreams =
  'capture_loss connection dce_rpc dhcp dnp3 dns dpd files ftp http intel irc kerberos known_certs known_hosts known_services modbus mysql notice ntlm ntp ocsp pe radius rdp rfb signature sip smb_cmd smb_files smb_mapping smtp snmp socks software ssh ssl stats syslog traceroute tunnel weird x509';

export const products: readonly Product[] = [
  { name: 'zeek', floor: 95, streams: zeekStreams.split(' ').map((name) => ({ name, parser: 'zeek' })) },
  { name: 'suricata', floor: 95, streams: [{ name: 'eve', parser: 'suricata' }] },
  {
    name: 'nginx',
    floor: 95,
    streams: [
      { name: 'access', parser: 'nginx-access' },
      { name: 'error', parser: 'nginx-error' },
    ],
  },
  {
    name: 'apache',
    floor: 95,
    streams: [
      { name: 'access', parser: 'apache-access' },
      { name: 'error', parser: 'apache-error', zone: 'GMT+2' },
    ],
  },
  { name: 'haproxy', floor: 95, streams: [{ name: 'log', parser: 'haproxy' }] },
  { name: 'iptables', floor: 95, streams: [{ name: 'log', parser: 'iptables' }] },
  {
    name: 'system',
    floor: 95,
    streams: [
      { name: 'auth', parser: 'syslog' },
      { name: 'syslog', parser: 'syslog', zone: '-02:00' },
      { name: 'security', parser: 'windows-event' },
    ],
  },
  { name: 'cisco_asa', floor: 95, streams: [{ name: 'log', parser: 'cisco-asa' }] },
  { name: 'cef', floor: 95, streams: [{ name: 'log', parser: 'cef' }] },
  { name: 'cisco_ios', floor: 85, streams: [{ name: 'log', parser: 'cisco-ios' }] },
  { name: 'pfsense', floor: 85, streams: [{ name: 'log', parser: 'pfsense', zone: '-04:00' }] },
  { name: 'auditd', floor: 85, streams: [{ name: 'log', parser: 'auditd' }] },
  {
    name: 'iis',
    floor: 85,
    streams: [
      { name: 'access', parser: 'iis' },
      { name: 'error', parser: 'iis-error' },
    ],
  },
  { name: 'traefik', floor: 85, streams: [{ name: 'access', parser: 'traefik' }] },
  { name: 'mysql', floor: 85, streams: [{ name: 'error', parser: 'mysql-error' }] },
  { name: 'postgresql', floor: 85, streams: [{ name: 'log', parser: 'postgresql' }] },
  {
    name: 'windows',
    floor: 85,
    streams: [
      { name: 'forwarded', parser: 'windows-event' },
      { name: 'powershell', parser: 'windows-event' },
      { name: 'powershell_operational', parser: 'windows-event' },
      { name: 'sysmon_operational', parser: 'windows-event' },
    ],
  },
];
