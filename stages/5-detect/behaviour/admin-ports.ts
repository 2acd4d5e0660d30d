/** Ports by which one administers another machine: an attacker who has one host goes on by them. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [22, 'SSH'],
  [23, 'Telnet'],
  [135, 'RPC'],
  [139, 'SMB'],
  [445, 'SMB'],
  [3389, 'RDP'],
  [5900, 'VNC'],
  [5985, 'WinRM'],
  [5986, 'WinRM'],
]);
const TECHNIQUES: Readonly<Record<string, string>> = {
  SSH: 'T1021.004',
  SMB: 'T1021.002',
  RDP: 'T1021.001',
  WinRM: 'T1021.006',
  VNC: 'T1021.005',
};

/** Undefined for other ports. */
export function adminServiceOf(port: number): string | undefined {
  return NAMES.get(port);
}

export function techniqueOf(service: string): string {
  return TECHNIQUES[service] ?? 'T1021';
}
