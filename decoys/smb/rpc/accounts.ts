/** The accounts of the persona as Windows counts them: relative identifiers, groups, and the names of well-known security identifiers. */
import type { SmbIdentity } from '../smb.types.ts';

export interface RpcAccount {
  readonly name: string;
  readonly rid: number;
  /** SID_NAME_USE: 1 user, 2 group, 3 domain, 4 alias, 5 well-known group. */
  readonly use: number;
  readonly fullName: string;
  /** Bits of MS-SAMR section 2.2.1.12. */
  readonly flags: number;
}

const NORMAL = 0x10;
const DISABLED = 0x1;
const NEVER_EXPIRES = 0x200;
const FIRST_RID = 1000;

export function usersOf({ persona, product }: SmbIdentity): readonly RpcAccount[] {
  if (product.family === 'windows') {
    const own = persona.users
      .filter((user) => user.login)
      .map((user) => ({
        name: user.name,
        rid: user.uid,
        use: 1,
        fullName: user.gecos.replace(/,+$/, ''),
        flags: NORMAL | NEVER_EXPIRES,
      }));
    const has = (rid: number): boolean => own.some((user) => user.rid === rid);
    const built = [
      { name: 'Administrator', rid: 500, use: 1, fullName: '', flags: NORMAL | NEVER_EXPIRES },
      { name: 'Guest', rid: 501, use: 1, fullName: '', flags: NORMAL | DISABLED | NEVER_EXPIRES | 0x4 },
      {
        name: 'DefaultAccount',
        rid: 503,
        use: 1,
        fullName: '',
        flags: NORMAL | DISABLED | NEVER_EXPIRES | 0x4,
      },
    ];
    return [...own, ...built.filter((user) => !has(user.rid))].sort((a, b) => a.rid - b.rid);
  }
  // As `smbpasswd -a` numbers them, one after the other.
  return persona.users
    .filter((user) => user.login && user.uid >= 1000 && user.uid < 60_000)
    .map((user, i) => ({
      name: user.name,
      rid: FIRST_RID + i,
      use: 1,
      fullName: user.gecos.replace(/,+$/, ''),
      flags: NORMAL,
    }));
}

export const BUILTIN_ALIASES: readonly (readonly [string, number])[] = [
  ['Administrators', 544],
  ['Users', 545],
  ['Guests', 546],
  ['Power Users', 547],
  ['Print Operators', 550],
  ['Backup Operators', 551],
  ['Replicator', 552],
  ['Remote Desktop Users', 555],
];

export const NO_GROUP = { name: 'None', rid: 513 } as const;

/** Who owns a file, as Samba names them: by their account, or by the number of a Unix user that has none. */
export function sidOfUid(identity: SmbIdentity, uid: number): string {
  const name = identity.persona.users.find((user) => user.uid === uid)?.name;
  const account = usersOf(identity).find((user) => user.name === name);
  return account === undefined ? `S-1-22-1-${uid}` : `${identity.sid}-${account.rid}`;
}

const WELL_KNOWN: ReadonlyMap<string, readonly [domain: string, name: string]> = new Map([
  ['S-1-1-0', ['', 'Everyone']],
  ['S-1-5-7', ['NT AUTHORITY', 'ANONYMOUS LOGON']],
  ['S-1-5-11', ['NT AUTHORITY', 'Authenticated Users']],
  ['S-1-5-18', ['NT AUTHORITY', 'SYSTEM']],
]);

export interface NamedSid {
  /** Of the domain. */
  readonly domainSid: string;
  readonly domain: string;
  readonly name: string;
  readonly rid: number;
  readonly use: number;
}

export function nameOfSid(identity: SmbIdentity, sid: string): NamedSid | undefined {
  const cut = sid.lastIndexOf('-');
  const [domainSid, rid] = [sid.slice(0, cut), Number(sid.slice(cut + 1))];
  const { sid: machineSid, target, persona } = identity;
  if (sid === machineSid) return { domainSid: sid, domain: target.netbiosComputer, name: '', rid: 0, use: 3 };
  if (domainSid === machineSid) {
    const user = usersOf(identity).find((one) => one.rid === rid);
    if (user !== undefined) return { domainSid, domain: target.netbiosComputer, name: user.name, rid, use: 1 };
    if (rid === NO_GROUP.rid) return { domainSid, domain: target.netbiosComputer, name: NO_GROUP.name, rid, use: 2 };
    return undefined;
  }
  if (domainSid === 'S-1-5-32') {
    const alias = BUILTIN_ALIASES.find(([, own]) => own === rid);
    return alias === undefined ? undefined : { domainSid, domain: 'BUILTIN', name: alias[0], rid, use: 4 };
  }
  // Samba's way to name Unix users and groups that have no other identifier.
  if (identity.product.family === 'samba' && domainSid === 'S-1-22-1') {
    const user = persona.users.find((one) => one.uid === rid);
    return { domainSid, domain: 'Unix User', name: user?.name ?? String(rid), rid, use: 1 };
  }
  const known = WELL_KNOWN.get(sid);
  return known === undefined ? undefined : { domainSid, domain: known[0], name: known[1], rid, use: 5 };
}

export function sidOfName(identity: SmbIdentity, text: string): NamedSid | undefined {
  const name = text.slice(text.lastIndexOf('\\') + 1).toLowerCase();
  const { sid, target } = identity;
  const user = usersOf(identity).find((one) => one.name.toLowerCase() === name);
  if (user !== undefined)
    return { domainSid: sid, domain: target.netbiosComputer, name: user.name, rid: user.rid, use: 1 };
  const alias = BUILTIN_ALIASES.find(([own]) => own.toLowerCase() === name);
  if (alias !== undefined) return { domainSid: 'S-1-5-32', domain: 'BUILTIN', name: alias[0], rid: alias[1], use: 4 };
  if (identity.product.family === 'samba') {
    const own = identity.persona.users.find((one) => one.name.toLowerCase() === name);
    if (own !== undefined) return { domainSid: 'S-1-22-1', domain: 'Unix User', name: own.name, rid: own.uid, use: 1 };
  }
  return undefined;
}
