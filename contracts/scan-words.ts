/** What the kinds of scans are called, by what the watcher says of a probe (`netsentinel.probe.kind`). */

export interface ScanName {
  readonly name: string;
  /** The option of nmap that makes it, which is how most people know it. */
  readonly nmap?: string;
  /** It asks for a machine, not for a port. */
  readonly isPing?: boolean;
}

export const SCANS: Readonly<Record<string, ScanName>> = {
  syn: { name: 'SYN scan', nmap: '-sS' },
  connect: { name: 'connect scan', nmap: '-sT' },
  fin: { name: 'FIN scan', nmap: '-sF' },
  null: { name: 'NULL scan', nmap: '-sN' },
  xmas: { name: 'Xmas scan', nmap: '-sX' },
  odd: { name: 'scan with odd TCP flags' },
  fragment: { name: 'scan in fragments', nmap: '-f' },
  ack: { name: 'ACK scan', nmap: '-sA' },
  udp: { name: 'UDP scan', nmap: '-sU' },
  echo: { name: 'ping', nmap: '-sn', isPing: true },
  timestamp: { name: 'ICMP timestamp request', nmap: '-sn', isPing: true },
};

/** `SYN scan (nmap -sS) of 1000 ports`. */
export function scanWords(kind: string, ports: number): string {
  const { name, nmap, isPing = false } = SCANS[kind] ?? { name: 'probe' };
  const said = nmap === undefined ? name : `${name} (nmap ${nmap})`;
  if (isPing) return said;
  return `${said} of ${ports} ${ports === 1 ? 'port' : 'ports'}`;
}
