/** What people call a protocol: `SSH`, `Telnet`, `PostgreSQL`. */

/** Those that are not written in capitals. */
const NAMES: Readonly<Record<string, string>> = {
  telnet: 'Telnet',
  mysql: 'MySQL',
  postgres: 'PostgreSQL',
  postgresql: 'PostgreSQL',
  redis: 'Redis',
  scripted: 'scripted service',
  'scripted-udp': 'scripted service',
  tarpit: 'tarpit',
  honeytoken: 'honeytoken',
};

/** @param protocol as `network.protocol` has it, or a decoy's type */
export function protocolName(protocol: string): string {
  return NAMES[protocol] ?? protocol.toUpperCase();
}
