/** The decoy in memory, and clients on it that speak raw SMB. */
import type { DecoyContextOptions } from '@netsentinel/testkit/decoy-harness';
import { type PlayedClient, type PlayedService, playService } from '../service/session.fixture.ts';
import { createPersona } from '../persona/persona.ts';
import { smbDecoy } from './smb.decoy.ts';
import { Deframer, framed, RawSmb2, type Transport } from './smb-client.fixture.ts';

export const USER = 'itadmin';
export const PASSWORD = 'Summer2026!';

const SEED = Buffer.alloc(32, 7);
/** Somebody whom the Samba persona itself knows. */
export const KNOWN_USER = createPersona(SEED, 'debian-12-server').users.find(
  (user) => user.login && user.uid >= 1000,
)!.name;

const SHARES = [
  { name: 'print$', path: '/var/lib/samba/printers', access: 'users', writable: false },
  { name: 'public', path: '/srv/samba/public', access: 'everyone', writable: true },
  { name: 'projects', path: '/srv/samba/projects', access: 'users', writable: true },
  { name: 'backup', path: '/srv/samba/backup', access: 'users', writable: false },
] as const;

/** @param persona `debian-12-server` plays a Samba, `windows-2019-fileserver` a Windows */
export function playSmb(
  persona: 'debian-12-server' | 'windows-2019-fileserver',
  config: Readonly<Record<string, unknown>> = {},
  options: Omit<DecoyContextOptions, 'clock'> = {},
): PlayedService {
  const accept = [
    { user: USER, password: PASSWORD },
    { user: 'Administrator', password: PASSWORD },
    { user: KNOWN_USER, password: PASSWORD },
  ];
  return playService(
    smbDecoy,
    {
      persona,
      ...(persona === 'debian-12-server' ? { shares: SHARES } : {}),
      credentials: { accept, anyAfterTries: false, weakPairs: false },
      ...config,
    },
    { seed: SEED, ...options },
  );
}

export function transportOf(client: PlayedClient): Transport {
  const deframer = new Deframer();
  const waiting: Buffer[] = [];
  let seen = 0;
  const look = (): void => {
    const all = client.received;
    waiting.push(...deframer.push(all.subarray(seen)));
    seen = all.length;
  };
  return {
    send: (message) => void client.send(framed(message)),
    async receive() {
      for (let turn = 0; turn < 20; turn++) {
        look();
        if (waiting.length > 0) return waiting.shift();
        if (client.closed) return undefined;
        await client.settle();
      }
      return undefined;
    },
    close: () => void client.destroy(),
  };
}

export async function loggedIn(
  service: PlayedService,
  {
    user = USER,
    password = PASSWORD,
    dialect = 0x0302,
    share,
  }: { user?: string; password?: string; dialect?: number; share?: string } = {},
): Promise<RawSmb2> {
  const smb = new RawSmb2(transportOf(service.connect()));
  await smb.negotiate([dialect]);
  smb.dialect = dialect;
  const failure = await smb.login(user, password);
  if (failure !== undefined) throw new Error(`the login failed: ${failure.toString(16)}`);
  if (share !== undefined) {
    const tree = await smb.tree(share);
    if (tree?.status !== 0) throw new Error(`no share: ${tree?.status.toString(16)}`);
  }
  return smb;
}
