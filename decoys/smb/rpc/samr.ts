/** The security account manager (MS-SAMR): domains, users, groups and password rules. What enumeration tools list accounts with. */
import { sidBytes } from '../files/security-descriptor.ts';
import { fileTime } from '../../ntlm/ntlm-messages.ts';
import { STATUS } from '../nt-status.ts';
import { BUILTIN_ALIASES, NO_GROUP, usersOf } from './accounts.ts';
import { NdrWriter } from './ndr.ts';
import { NO_HANDLE } from './rpc-handles.ts';
import { aliasMembers, groupInfo, groupMembers, type SamrHandle, userGroups } from './samr-groups.ts';
import { NEVER, writeDisplayed, writeUser } from './samr-users.ts';
import { FAULT, type RpcCall, type RpcInterface, type RpcResult } from './rpc.types.ts';

const NO_SUCH_DOMAIN = 0xc000_00df;
const NONE_MAPPED = 0xc000_0073;
const SOME_NOT_MAPPED = 0x0000_0107;
const MAX_NAMES = 1000;

export const samr: RpcInterface = {
  name: 'samr',
  uuid: '12345778-1234-abcd-ef00-0123456789ac',
  version: 1,
  pipes: ['lsass', 'samr'],
  call(call) {
    const { opnum, handles, tell } = call;
    switch (opnum) {
      case 0:
      case 57:
      case 62:
        tell('Connect', { techniques: ['T1087'] });
        return opened(handles.add({ kind: 'server' } satisfies SamrHandle));
      case 64:
        tell('Connect5', { techniques: ['T1087'] });
        return new NdrWriter()
          .u32(1)
          .u32(1)
          .u32(3)
          .u32(0)
          .raw(handles.add({ kind: 'server' } satisfies SamrHandle))
          .u32(0)
          .done();
      case 1:
        return new NdrWriter()
          .raw(NO_HANDLE)
          .u32(handles.close(call.args.handle()) ? 0 : STATUS.INVALID_HANDLE)
          .done();
      case 56:
        tell('GetDomPwInfo', { techniques: ['T1201'] });
        return new NdrWriter().u16(5).u32(0).u32(0).done();
      default:
        break;
    }
    const handle = handles.get(call.args.handle()) as SamrHandle | undefined;
    if (handle === undefined) return { fault: FAULT.context };
    const operation = OPERATIONS[opnum];
    if (operation === undefined) {
      tell(`opnum ${opnum}`);
      return opnum > 73 ? { fault: FAULT.opRange } : new NdrWriter().u32(STATUS.ACCESS_DENIED).done();
    }
    tell(operation[0], { techniques: [operation[2]] });
    const answer = operation[1](call, handle);
    return call.args.ok ? answer : { fault: FAULT.badStub };
  },
};

type Operation = (call: RpcCall, handle: SamrHandle) => RpcResult;
const OPERATIONS: Readonly<Record<number, readonly [name: string, run: Operation, technique: string]>> = {
  5: ['LookupDomain', lookupDomain, 'T1087'],
  6: ['EnumDomains', enumDomains, 'T1087'],
  7: ['OpenDomain', openDomain, 'T1087'],
  8: ['QueryDomainInfo', domainInfo, 'T1201'],
  11: [
    'EnumDomainGroups',
    // A Samba of its own lists no groups, though it knows of `None`.
    (call, handle) =>
      enumerate(call, isOwn(call, handle) && isWindowsOf(call) ? [[NO_GROUP.name, NO_GROUP.rid]] : [], false),
    'T1069',
  ],
  13: [
    'EnumDomainUsers',
    (call, handle) =>
      enumerate(
        call,
        isOwn(call, handle) ? usersOf(call.host.identity).map((user) => [user.name, user.rid] as const) : [],
        true,
      ),
    'T1087.001',
  ],
  15: [
    'EnumDomainAliases',
    (call, handle) => enumerate(call, isOwn(call, handle) || !isWindowsOf(call) ? [] : BUILTIN_ALIASES, false),
    'T1069.001',
  ],
  16: ['GetAliasMembership', () => new NdrWriter().u32(0).u32(0).u32(0).done(), 'T1069.001'],
  17: ['LookupNames', lookupNames, 'T1087.001'],
  18: ['LookupRids', lookupRids, 'T1087.001'],
  19: [
    'OpenGroup',
    ({ args, handles }) => opened(handles.add({ kind: 'group', rid: (args.u32(), args.u32()) } satisfies SamrHandle)),
    'T1069',
  ],
  20: ['QueryGroupInfo', groupInfo, 'T1069'],
  25: ['QueryGroupMember', groupMembers, 'T1069'],
  27: [
    'OpenAlias',
    ({ args, handles }) => opened(handles.add({ kind: 'alias', rid: (args.u32(), args.u32()) } satisfies SamrHandle)),
    'T1069.001',
  ],
  33: ['GetMembersInAlias', aliasMembers, 'T1069.001'],
  34: ['OpenUser', openUser, 'T1087.001'],
  36: ['QueryUserInfo', userInfo, 'T1087.001'],
  39: ['GetGroupsForUser', userGroups, 'T1069'],
  40: ['QueryDisplayInfo', displayInfo, 'T1087.001'],
  44: ['GetUserPwInfo', () => new NdrWriter().u16(5).u32(0).u32(0).done(), 'T1201'],
  46: ['QueryDomainInfo2', domainInfo, 'T1201'],
  47: ['QueryUserInfo2', userInfo, 'T1087.001'],
  48: ['QueryDisplayInfo2', displayInfo, 'T1087.001'],
  51: ['QueryDisplayInfo3', displayInfo, 'T1087.001'],
};

function opened(handle: Buffer, status = 0): Buffer {
  return new NdrWriter().raw(handle).u32(status).done();
}

function isOwn({ host }: RpcCall, handle: SamrHandle): boolean {
  return handle.kind === 'domain' && handle.sid === host.identity.sid;
}

function isWindowsOf({ host }: RpcCall): boolean {
  return host.identity.product.family === 'windows';
}

function lookupDomain({ args, host }: RpcCall): RpcResult {
  const name = args.unicodeHead() ? args.string() : '';
  const { identity } = host;
  const wanted = name.toUpperCase();
  const sid =
    wanted === identity.target.netbiosComputer.toUpperCase()
      ? identity.sid
      : wanted === 'BUILTIN'
        ? 'S-1-5-32'
        : undefined;
  const out = new NdrWriter();
  out.pointer(sid === undefined ? undefined : () => out.sid(sidBytes(sid))).flush();
  return out.u32(sid === undefined ? NO_SUCH_DOMAIN : 0).done();
}

function enumDomains({ host }: RpcCall): RpcResult {
  const out = new NdrWriter().u32(0);
  nameArray(out, [
    [host.identity.target.netbiosComputer, 0],
    ['Builtin', host.identity.product.family === 'samba' ? 1 : 0],
  ]);
  return out.u32(2).u32(0).done();
}

function openDomain({ args, handles, host }: RpcCall): RpcResult {
  args.u32();
  const sid = args.sid();
  if (sid !== host.identity.sid && sid !== 'S-1-5-32') return opened(NO_HANDLE, NO_SUCH_DOMAIN);
  return opened(handles.add({ kind: 'domain', sid } satisfies SamrHandle));
}

function nameArray(out: NdrWriter, rows: readonly (readonly [string, number])[]): void {
  out.pointer(() =>
    out.u32(rows.length).pointer(() =>
      out.array(rows, ([name, index]) => {
        out.u32(index).unicodeString(name);
      }),
    ),
  );
  out.flush();
}

function enumerate({ args }: RpcCall, rows: readonly (readonly [string, number])[], flagged: boolean): RpcResult {
  const resume = args.u32();
  if (flagged) args.u32();
  const rest = rows.slice(resume);
  const out = new NdrWriter().u32(rows.length);
  nameArray(
    out,
    rest.map(([name, rid]) => [name, rid] as const),
  );
  return out.u32(rest.length).u32(0).done();
}

function domainInfo({ args, host, handles }: RpcCall, handle: SamrHandle): RpcResult {
  void handles;
  const level = args.u16();
  const { identity } = host;
  const own = handle.kind === 'domain' && handle.sid === identity.sid;
  const users = own ? usersOf(identity).length : 0;
  const name = own ? identity.target.netbiosComputer : 'Builtin';
  const isWindows = identity.product.family === 'windows';
  const out = new NdrWriter();
  const arms: Readonly<Record<number, () => void>> = {
    1: () => {
      const never = isWindows ? -36_288_000_000_000n : -0x8000_0000_0000_0000n;
      out
        .u16(isWindows ? 0 : 5)
        .u16(0)
        .u32(isWindows ? 1 : 0)
        .time(never)
        .time(0n);
    },
    2: () => {
      out
        .time(NEVER + 1n)
        .unicodeString(isWindows ? '' : identity.serverComment)
        .unicodeString(own && !isWindows ? identity.workgroup : name)
        .unicodeString(isWindows ? '' : identity.target.netbiosComputer);
      out
        .time(BigInt(Math.floor(identity.persona.installedAt / 1000)))
        .u32(1)
        .u32(3)
        .u32(1)
        .u32(users)
        .u32(own && isWindows ? 1 : 0)
        .u32(own || !isWindows ? 0 : BUILTIN_ALIASES.length);
    },
    3: () => out.time(NEVER + 1n),
    4: () => out.unicodeString(isWindows ? '' : identity.serverComment),
    5: () => out.unicodeString(name),
    6: () => out.unicodeString(''),
    7: () => out.u32(3),
    8: () => out.time(1n).time(fileTime(identity.persona.installedAt)),
    9: () => out.u32(1),
    12: () =>
      out
        .u64(-18_000_000_000n)
        .u64(-18_000_000_000n)
        .u16(isWindows ? 10 : 0),
    13: () => out.time(1n).time(fileTime(identity.persona.installedAt)).time(0n),
  };
  const arm = arms[level];
  if (arm === undefined) return out.u32(0).u32(STATUS.INVALID_INFO_CLASS).done();
  out.pointer(() => {
    out.u16(level).align(level === 12 ? 8 : 4);
    arm();
  });
  return out.flush().u32(0).done();
}

function lookupNames(call: RpcCall, handle: SamrHandle): RpcResult {
  const { args, host } = call;
  const count = args.u32();
  args.u32();
  args.u32();
  args.u32();
  if (count > MAX_NAMES) return { fault: FAULT.badStub };
  const present: boolean[] = [];
  for (let i = 0; i < count; i++) present.push(args.unicodeHead());
  const names = present.map((there) => (there ? args.string().toLowerCase() : ''));
  const known = isOwn(call, handle) ? usersOf(host.identity) : [];
  const found = names.map((name) => known.find((user) => user.name.toLowerCase() === name));
  const out = new NdrWriter();
  ids(
    out,
    found.map((user) => user?.rid ?? 0),
  );
  ids(
    out,
    found.map((user) => user?.use ?? 8),
  );
  const hits = found.filter((user) => user !== undefined).length;
  return out.u32(hits === count ? 0 : hits === 0 ? NONE_MAPPED : SOME_NOT_MAPPED).done();
}

function ids(out: NdrWriter, values: readonly number[]): void {
  out
    .u32(values.length)
    .pointer(values.length === 0 ? undefined : () => out.array(values, (value) => out.u32(value)))
    .flush();
}

function lookupRids(call: RpcCall, handle: SamrHandle): RpcResult {
  const { args, host } = call;
  const count = args.u32();
  args.u32();
  args.u32();
  args.u32();
  if (count > MAX_NAMES) return { fault: FAULT.badStub };
  const known: readonly { name: string; rid: number; use: number }[] = isOwn(call, handle)
    ? [...usersOf(host.identity), { ...NO_GROUP, use: 2 }]
    : BUILTIN_ALIASES.map(([name, rid]) => ({ name, rid, use: 4 }));
  const found: ({ name: string; rid: number; use: number } | undefined)[] = [];
  for (let i = 0; i < count; i++) {
    const rid = args.u32();
    found.push(known.find((one) => one.rid === rid));
  }
  const out = new NdrWriter();
  out
    .u32(found.length)
    .pointer(() => out.array(found, (one) => out.unicodeString(one?.name ?? '')))
    .flush();
  ids(
    out,
    found.map((one) => one?.use ?? 8),
  );
  const hits = found.filter((one) => one !== undefined).length;
  return out.u32(hits === count ? 0 : hits === 0 ? NONE_MAPPED : SOME_NOT_MAPPED).done();
}

function openUser(call: RpcCall, handle: SamrHandle): RpcResult {
  call.args.u32();
  const rid = call.args.u32();
  const user = isOwn(call, handle) ? usersOf(call.host.identity).find((one) => one.rid === rid) : undefined;
  return user === undefined
    ? opened(NO_HANDLE, STATUS.NO_SUCH_USER)
    : opened(call.handles.add({ kind: 'user', user } satisfies SamrHandle));
}

function userInfo({ args, host }: RpcCall, handle: SamrHandle): RpcResult {
  const level = args.u16();
  const out = new NdrWriter({ showsEmpty: host.identity.product.family === 'samba' });
  if (handle.kind !== 'user') return { fault: FAULT.context };
  const { user } = handle;
  const set = fileTime(host.identity.persona.installedAt + 3_600_000);
  const arms: Readonly<Record<number, () => void>> = {
    1: () => {
      out.unicodeString(user.name).unicodeString(user.fullName).u32(NO_GROUP.rid);
      out.unicodeString('').unicodeString('');
    },
    6: () => out.unicodeString(user.name).unicodeString(user.fullName),
    7: () => out.unicodeString(user.name),
    8: () => out.unicodeString(user.fullName),
    9: () => out.u32(NO_GROUP.rid),
    16: () => out.u32(user.flags),
    21: () => writeUser(out, user, set, host.identity),
  };
  const arm = arms[level];
  if (arm === undefined) return out.u32(0).u32(STATUS.INVALID_INFO_CLASS).done();
  out.pointer(() => {
    out.u16(level).align(4);
    arm();
  });
  return out.flush().u32(0).done();
}

function displayInfo(call: RpcCall, handle: SamrHandle): RpcResult {
  const { args, host } = call;
  const level = args.u16();
  const start = args.u32();
  const users = isOwn(call, handle) && (level === 1 || level === 4) ? usersOf(host.identity).slice(start) : [];
  const out = new NdrWriter({ showsEmpty: !isWindowsOf(call) })
    .u32(users.length * 64)
    .u32(users.length * 64)
    .u16(level)
    .align(4);
  out
    .u32(users.length)
    .pointer(
      users.length === 0
        ? undefined
        : () => out.array(users, (user, i) => writeDisplayed(out.u32(start + i + 1), user, level)),
    );
  return out.flush().u32(0).done();
}
