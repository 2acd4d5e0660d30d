/** Every decoy protocol: its id and how to load it. Importing this loads none. */
import type { DecoyDefinition } from '@netsentinel/contracts/decoy';

const members: Readonly<Record<string, () => Promise<DecoyDefinition<unknown>>>> = {
  ftp: async () => (await import('./ftp/ftp.decoy.ts')).ftpDecoy,
  http: async () => (await import('./http/http.decoy.ts')).httpDecoy,
  https: async () => (await import('./https/https.decoy.ts')).httpsDecoy,
  mysql: async () => (await import('./mysql/mysql.decoy.ts')).mysqlDecoy,
  postgres: async () => (await import('./postgres/postgres.decoy.ts')).postgresDecoy,
  rdp: async () => (await import('./rdp/rdp.decoy.ts')).rdpDecoy,
  redis: async () => (await import('./redis/redis.decoy.ts')).redisDecoy,
  scripted: async () => (await import('./scripted/scripted.decoy.ts')).scriptedDecoy,
  'scripted-udp': async () => (await import('./scripted/scripted-udp.decoy.ts')).scriptedUdpDecoy,
  smb: async () => (await import('./smb/smb.decoy.ts')).smbDecoy,
  ssh: async () => (await import('./ssh/ssh.decoy.ts')).sshDecoy,
  tarpit: async () => (await import('./tarpit/tarpit.decoy.ts')).tarpitDecoy,
  telnet: async () => (await import('./telnet/telnet.decoy.ts')).telnetDecoy,
};

export const decoyTypes: readonly string[] = Object.keys(members);

/** Those that take datagrams: what a configuration lists is planned without loading any. */
export const datagramTypes: ReadonlySet<string> = new Set(['scripted-udp']);

/** The decoy of this type, or undefined. */
export async function findDecoy(type: string): Promise<DecoyDefinition<unknown> | undefined> {
  return Object.hasOwn(members, type) ? members[type]!() : undefined;
}
