/** Which server is played: a Samba as Debian and its kin ship it, or a Windows by its build, with all that tells them apart on the wire. */
import type { Persona, PersonaShare } from '../persona/persona.types.ts';
import type { SmbConfig } from './smb.config.ts';
import type { Dialect, Share, SmbIdentity, SmbProduct } from './smb.types.ts';
import { CIPHER, SIGNING } from './smb2/smb2-crypto.ts';

const DEBIAN_SAMBA = '4.17.12-Debian';
const UP_TO: readonly (readonly [Dialect, number])[] = [
  [0x0202, 6001],
  [0x0210, 7600],
  [0x0300, 9200],
  [0x0302, 9600],
  [0x0311, 10_240],
];

export function identityOf(persona: Persona, config: SmbConfig): SmbIdentity {
  const isWindows = persona.os.family === 'windows';
  const name = config.netbiosName ?? persona.netbios.name;
  const workgroup = config.workgroup ?? persona.netbios.domain;
  const inDomain = isWindows && persona.netbios.isMember;
  const product = isWindows ? windows(persona, config) : samba(persona, config);
  const fqdn = `${name.toLowerCase()}.${persona.domain}`;
  const guid = Buffer.alloc(16);
  if (isWindows) guid.set(persona.derive('smb server guid', 16));
  else guid.write(name.toLowerCase().slice(0, 15), 'latin1');
  return {
    persona,
    product,
    target: {
      netbiosDomain: inDomain ? workgroup : name,
      netbiosComputer: name,
      dnsDomain: inDomain ? persona.domain : isWindows ? name.toLowerCase() : '',
      dnsComputer: inDomain ? fqdn : isWindows ? name.toLowerCase() : persona.hostname,
      ...(inDomain ? { dnsTree: persona.domain } : {}),
      inDomain,
      version: isWindows
        ? { major: product.major, minor: product.minor, build: buildOf(persona) }
        : { major: 6, minor: 1, build: 0 },
    },
    guid,
    workgroup,
    serverComment: config.comment ?? (isWindows ? '' : `Samba ${product.nativeLanManager.replace(/^Samba /, '')}`),
    sid: persona.netbios.sid,
    shares: sharesOf(persona, config, product),
  };
}

function samba(persona: Persona, config: SmbConfig): SmbProduct {
  const own = persona.software.samba;
  const version = config.software ?? own?.banner ?? own?.version ?? DEBIAN_SAMBA;
  return {
    family: 'samba',
    nativeOs: 'Windows 6.1',
    nativeLanManager: version.startsWith('Samba') ? version : `Samba ${version}`,
    major: 6,
    minor: 1,
    dialects: UP_TO.map(([dialect]) => dialect),
    smb1: config.smb1 ?? true,
    ciphers: [CIPHER.aes128Gcm, CIPHER.aes128Ccm, CIPHER.aes256Gcm, CIPHER.aes256Ccm],
    signings: [SIGNING.aesGmac, SIGNING.aesCmac, SIGNING.hmacSha256],
    compression: false,
    serverType: 0x0080_9a03,
    guestForUnknown: config.guest,
    anonymous: true,
    signingRequired: config.signingRequired,
    eternalBlue: false,
  };
}

function windows(persona: Persona, config: SmbConfig): SmbProduct {
  const build = buildOf(persona);
  const [major, minor] = versionOf(build);
  const name = config.software ?? persona.os.name;
  const smb1 = config.smb1 ?? build <= 17_763;
  const servicePack = build === 7601 ? ' Service Pack 1' : '';
  return {
    family: 'windows',
    nativeOs: `${name} ${build}${servicePack}`,
    // What calls itself 10.0 elsewhere is still 6.3 here.
    nativeLanManager: `${name} ${major === 10 ? '6.3' : `${major}.${minor}`}`,
    major,
    minor,
    dialects: UP_TO.filter(([, since]) => build >= since).map(([dialect]) => dialect),
    smb1,
    ciphers:
      build >= 20_348
        ? [CIPHER.aes128Gcm, CIPHER.aes128Ccm, CIPHER.aes256Gcm, CIPHER.aes256Ccm]
        : [CIPHER.aes128Gcm, CIPHER.aes128Ccm],
    signings: build >= 20_348 ? [SIGNING.aesGmac, SIGNING.aesCmac, SIGNING.hmacSha256] : [],
    compression: build >= 18_362,
    serverType: 0x0000_9003,
    guestForUnknown: false,
    anonymous: true,
    signingRequired: config.signingRequired,
    eternalBlue: config.eternalBlue ?? (smb1 && build <= 14_393),
  };
}

function buildOf(persona: Persona): number {
  const build = Number.parseInt(persona.os.build.split('.')[0] ?? '', 10);
  return Number.isFinite(build) && build > 0 ? build : 17_763;
}

function versionOf(build: number): readonly [number, number] {
  if (build >= 10_240) return [10, 0];
  if (build >= 9600) return [6, 3];
  if (build >= 9200) return [6, 2];
  return build >= 7600 ? [6, 1] : [6, 0];
}

function sharesOf(persona: Persona, config: SmbConfig, product: SmbProduct): readonly Share[] {
  const configured: readonly PersonaShare[] =
    config.shares ??
    (persona.shares.length > 0 ? persona.shares : product.family === 'samba' ? DEBIAN_SHARES : WINDOWS_SHARES);
  const shares: Share[] = configured.filter((share) => share.kind !== 'ipc').map((share) => ({ ...share }));
  const has = (name: string): boolean => shares.some((share) => share.name.toLowerCase() === name.toLowerCase());
  if (product.family === 'windows') {
    const drives = new Set(['C', ...shares.map((share) => /^([A-Za-z]):/.exec(share.path)?.[1]?.toUpperCase() ?? 'C')]);
    if (!has('ADMIN$')) shares.push(admin('ADMIN$', 'C:\\Windows', 'Remote Admin'));
    for (const drive of [...drives].sort())
      if (!has(`${drive}$`)) shares.push(admin(`${drive}$`, `${drive}:\\`, 'Default share'));
  }
  const own = configured.find((share) => share.kind === 'ipc');
  const comment =
    own?.comment !== undefined && own.comment !== ''
      ? own.comment
      : product.family === 'windows'
        ? 'Remote IPC'
        : `IPC Service (${config.comment ?? product.nativeLanManager})`;
  shares.push({ name: 'IPC$', kind: 'ipc', path: '', comment, access: 'everyone', writable: false });
  return product.family === 'windows'
    ? shares.sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1))
    : shares;
}

function admin(name: string, path: string, comment: string): Share {
  return { name, kind: 'disk', path, comment, access: 'admins', writable: true };
}

/** What Debian's smb.conf has, and what everybody adds to it. */
const DEBIAN_SHARES: readonly PersonaShare[] = [
  {
    name: 'print$',
    kind: 'disk',
    path: '/var/lib/samba/printers',
    comment: 'Printer Drivers',
    access: 'users',
    writable: false,
  },
  {
    name: 'public',
    kind: 'disk',
    path: '/srv/samba/public',
    comment: 'Public files',
    access: 'everyone',
    writable: true,
  },
  {
    name: 'projects',
    kind: 'disk',
    path: '/srv/samba/projects',
    comment: 'Project files',
    access: 'users',
    writable: true,
  },
  {
    name: 'backup',
    kind: 'disk',
    path: '/srv/samba/backup',
    comment: 'Nightly backups',
    access: 'users',
    writable: false,
  },
];
const WINDOWS_SHARES: readonly PersonaShare[] = [
  { name: 'Public', kind: 'disk', path: 'D:\\Shares\\Public', comment: '', access: 'everyone', writable: true },
  { name: 'Projects', kind: 'disk', path: 'D:\\Shares\\Projects', comment: '', access: 'users', writable: true },
];
