/** The local security authority (MS-LSAT, MS-LSAD): names for identifiers and identifiers for names, and which domain this is. */
import { sidBytes } from '../files/security-descriptor.ts';
import { STATUS } from '../nt-status.ts';
import { type NamedSid, nameOfSid, sidOfName } from './accounts.ts';
import { NdrWriter } from './ndr.ts';
import { NO_HANDLE } from './rpc-handles.ts';
import { FAULT, type RpcCall, type RpcInterface, type RpcResult } from './rpc.types.ts';

const NONE_MAPPED = 0xc000_0073;
const SOME_NOT_MAPPED = 0x0000_0107;
const NO_MORE_ENTRIES = 0x8000_001a;
const UNKNOWN = 8;
const MAX_LOOKUPS = 20_480;

export const lsarpc: RpcInterface = {
  name: 'lsarpc',
  uuid: '12345778-1234-abcd-ef00-0123456789ab',
  version: 0,
  pipes: ['lsass', 'lsarpc'],
  call(call) {
    const { opnum, handles, tell, args } = call;
    switch (opnum) {
      case 6:
      case 44:
        tell('OpenPolicy', { techniques: ['T1087'] });
        return new NdrWriter().raw(handles.add('policy')).u32(0).done();
      case 0:
        return new NdrWriter()
          .raw(NO_HANDLE)
          .u32(handles.close(args.handle()) ? 0 : STATUS.INVALID_HANDLE)
          .done();
      case 45:
        tell('GetUserName', { techniques: ['T1033'] });
        return userName(call);
      case 68:
      case 76:
      case 77:
        break;
      default:
        if (handles.get(args.handle()) === undefined) return { fault: FAULT.context };
    }
    if (opnum === 68) args.handle();
    switch (opnum) {
      case 7:
      case 46:
        tell('QueryInfoPolicy', { techniques: ['T1082'] });
        return policyInfo(call);
      case 2:
        tell('EnumPrivs', { techniques: ['T1087'] });
        return privileges(call);
      case 11:
        tell('EnumAccounts', { techniques: ['T1087.001'] });
        return accounts(call);
      case 13:
        tell('EnumTrustDom', { techniques: ['T1482'] });
        return new NdrWriter().u32(0).u32(0).u32(0).u32(NO_MORE_ENTRIES).done();
      case 14:
      case 58:
      case 68:
      case 77:
        return lookupNames(call);
      case 15:
      case 57:
      case 76:
        return lookupSids(call);
      default:
        tell(`opnum ${opnum}`);
        return opnum > 131 ? { fault: FAULT.opRange } : new NdrWriter().u32(STATUS.ACCESS_DENIED).done();
    }
  },
};

function userName({ host }: RpcCall): RpcResult {
  const { account, identity } = host;
  const name = account.anonymous ? 'ANONYMOUS LOGON' : account.name;
  const domain = account.anonymous ? 'NT AUTHORITY' : identity.target.netbiosComputer;
  const out = new NdrWriter();
  out.pointer(() => out.unicodeString(name)).flush();
  out.pointer(() => out.pointer(() => out.unicodeString(domain))).flush();
  return out.u32(0).done();
}

function policyInfo({ args, host }: RpcCall): RpcResult {
  const level = args.u16();
  const { identity } = host;
  const { target, sid, workgroup, persona } = identity;
  const isMember = target.inDomain;
  const domainSid = isMember
    ? `S-1-5-21-${[0, 4, 8].map((at) => Buffer.from(persona.derive('smb domain sid', 12)).readUInt32LE(at)).join('-')}`
    : undefined;
  const out = new NdrWriter();
  const arms: Readonly<Record<number, () => void>> = {
    3: () => {
      out.unicodeString(workgroup, { nul: true });
      out.pointer(domainSid === undefined ? undefined : () => out.sid(sidBytes(domainSid)));
    },
    5: () => out.unicodeString(target.netbiosComputer, { nul: true }).pointer(() => out.sid(sidBytes(sid))),
    6: () => out.u16(3),
    12: () => {
      out.unicodeString(workgroup, { nul: true }).unicodeString(isMember ? target.dnsDomain : '', { nul: isMember });
      out
        .unicodeString(target.dnsTree ?? '', { nul: target.dnsTree !== undefined })
        .align(4)
        .raw(Buffer.alloc(16));
      out.pointer(domainSid === undefined ? undefined : () => out.sid(sidBytes(domainSid)));
    },
  };
  const arm = arms[level];
  if (arm === undefined) return out.u32(0).u32(STATUS.INVALID_PARAMETER).done();
  out.pointer(() => {
    out.u16(level).align(level === 6 ? 2 : 4);
    arm();
  });
  return out.flush().u32(0).done();
}

const SAMBA_ACCOUNTS = ['S-1-5-32-550', 'S-1-5-32-548', 'S-1-5-32-551', 'S-1-5-32-549', 'S-1-5-32-544', 'S-1-1-0'];
const WINDOWS_ACCOUNTS = ['S-1-5-20', 'S-1-5-19', 'S-1-5-32-544', 'S-1-5-32-545', 'S-1-5-32-551', 'S-1-1-0'];
const PRIVILEGES: readonly (readonly [string, number])[] = [
  ['SeMachineAccountPrivilege', 6],
  ['SeTakeOwnershipPrivilege', 9],
  ['SeBackupPrivilege', 17],
  ['SeRestorePrivilege', 18],
  ['SeRemoteShutdownPrivilege', 24],
  ['SePrintOperatorPrivilege', 0x1001],
  ['SeAddUsersPrivilege', 0x1002],
  ['SeDiskOperatorPrivilege', 0x1003],
  ['SeSecurityPrivilege', 8],
];

function accounts({ host }: RpcCall): RpcResult {
  const sids = host.identity.product.family === 'samba' ? SAMBA_ACCOUNTS : WINDOWS_ACCOUNTS;
  const out = new NdrWriter().u32(sids.length);
  out.u32(sids.length).pointer(() => out.array(sids, (sid) => out.pointer(() => out.sid(sidBytes(sid)))));
  return out.flush().u32(0).done();
}

function privileges({ args, host }: RpcCall): RpcResult {
  const from = args.u32();
  const known = host.identity.product.family === 'samba' ? PRIVILEGES : PRIVILEGES.filter(([, id]) => id < 0x1000);
  const rows = known.slice(from);
  const out = new NdrWriter().u32(known.length).u32(rows.length);
  out.pointer(
    rows.length === 0
      ? undefined
      : () => out.array(rows, ([name, id]) => out.unicodeString(name, { nul: true }).u32(id).u32(0)),
  );
  return out
    .flush()
    .u32(rows.length === 0 ? NO_MORE_ENTRIES : 0)
    .done();
}

function lookupNames({ args, host, opnum, tell }: RpcCall): RpcResult {
  const count = args.u32();
  args.u32();
  if (count > MAX_LOOKUPS) return { fault: FAULT.badStub };
  const present: boolean[] = [];
  for (let i = 0; i < count && args.ok; i++) present.push(args.unicodeHead());
  const names = present.map((there) => (there ? args.string() : ''));
  if (!args.ok) return { fault: FAULT.badStub };
  tell('LookupNames', { arguments: names, techniques: ['T1087.001'] });
  const found = names.map((name) => sidOfName(host.identity, name));
  const domains = domainsOf(found);
  const out = new NdrWriter();
  domainList(out, domains);
  out.u32(found.length).pointer(() =>
    out.array(found, (one) => {
      const index = one === undefined ? 0xffff_ffff : domains.findIndex((domain) => domain.domainSid === one.domainSid);
      out
        .align(4)
        .u16(one?.use ?? UNKNOWN)
        .align(4);
      if (opnum === 68 || opnum === 77)
        out.pointer(one === undefined ? undefined : () => out.sid(sidBytes(`${one.domainSid}-${one.rid}`)));
      else out.u32(one?.rid ?? 0xffff_ffff);
      out.u32(index);
      if (opnum !== 14) out.u32(0);
    }),
  );
  const hits = found.filter((one) => one !== undefined).length;
  return out.flush().u32(hits).u32(statusFor(hits, count)).done();
}

function lookupSids({ args, host, opnum, tell }: RpcCall): RpcResult {
  const count = args.u32();
  const sids: string[] = [];
  if (args.u32() !== 0) {
    args.u32();
    if (count > MAX_LOOKUPS) return { fault: FAULT.badStub };
    const present: boolean[] = [];
    for (let i = 0; i < count && args.ok; i++) present.push(args.u32() !== 0);
    for (const there of present) sids.push(there && args.ok ? args.sid() : '');
  }
  if (!args.ok) return { fault: FAULT.badStub };
  tell('LookupSids', { arguments: sids.slice(0, 4), techniques: ['T1087.001'] });
  const found = sids.map((sid) => nameOfSid(host.identity, sid));
  const domains = domainsOf(found);
  const out = new NdrWriter();
  domainList(out, domains);
  out.u32(found.length).pointer(() =>
    out.array(found, (one, i) => {
      const index = one === undefined ? 0xffff_ffff : domains.findIndex((domain) => domain.domainSid === one.domainSid);
      out
        .align(4)
        .u16(one?.use ?? UNKNOWN)
        .align(4)
        .unicodeString(one?.name ?? sids[i]!)
        .u32(index);
      if (opnum !== 15) out.u32(0);
    }),
  );
  const hits = found.filter((one) => one !== undefined).length;
  return out.flush().u32(hits).u32(statusFor(hits, count)).done();
}

function statusFor(hits: number, count: number): number {
  return hits === count ? 0 : hits === 0 ? NONE_MAPPED : SOME_NOT_MAPPED;
}

function domainsOf(found: readonly (NamedSid | undefined)[]): readonly NamedSid[] {
  const domains: NamedSid[] = [];
  for (const one of found)
    if (one !== undefined && !domains.some((domain) => domain.domainSid === one.domainSid)) domains.push(one);
  return domains;
}

function domainList(out: NdrWriter, domains: readonly NamedSid[]): void {
  out.pointer(() => {
    out.u32(domains.length);
    out.pointer(
      domains.length === 0
        ? undefined
        : () =>
            out.array(domains, ({ domain, domainSid }) => {
              out.unicodeString(domain, { nul: true }).pointer(() => out.sid(sidBytes(domainSid)));
            }),
    );
    out.u32(32);
  });
  out.flush();
}

/** Which role the machine plays (MS-DSSP), on the same pipe. */
export const dssetup: RpcInterface = {
  name: 'dssetup',
  uuid: '3919286a-b10c-11d0-9ba8-00c04fd92ef5',
  version: 0,
  pipes: ['lsass', 'lsarpc'],
  call({ opnum, args, host, tell }) {
    if (opnum !== 0) return { fault: FAULT.opRange };
    const level = args.u16();
    tell('DsRoleGetPrimaryDomainInformation', { techniques: ['T1082'] });
    const { identity } = host;
    const { target } = identity;
    const out = new NdrWriter();
    if (level !== 1) return out.u32(0).u32(87).done();
    out.pointer(() => {
      out
        .u16(1)
        .align(4)
        .u16(target.inDomain ? 3 : 2)
        .align(4)
        .u32(0)
        .uniqueString(identity.workgroup);
      out
        .uniqueString(target.inDomain ? target.dnsDomain : undefined)
        .uniqueString(target.dnsTree)
        .raw(Buffer.alloc(16));
    });
    return out.flush().u32(0).done();
  },
};
