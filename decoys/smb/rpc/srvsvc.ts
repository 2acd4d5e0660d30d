/** The server service (MS-SRVS): shares, sessions, the server itself and its time. What every scanner asks first. */
import { NdrWriter } from './ndr.ts';
import { FAULT, WERR, type RpcCall, type RpcInterface, type RpcResult } from './rpc.types.ts';
import type { Share } from '../smb.types.ts';

const TYPES = { disk: 0, printer: 1, ipc: 3 } as const;
const HIDDEN = 0x8000_0000;

export const srvsvc: RpcInterface = {
  name: 'srvsvc',
  uuid: '4b324fc8-1670-01d3-1278-5a47bf6ee188',
  version: 3,
  pipes: ['srvsvc'],
  call(call) {
    switch (call.opnum) {
      case 8:
        return enumeration(call, 'NetConnEnum', 3);
      case 9:
        return enumeration(call, 'NetFileEnum', 4);
      case 12:
        return sessions(call);
      case 15:
      case 36:
        return shares(call);
      case 16:
        return shareInfo(call);
      case 21:
        return serverInfo(call);
      case 23:
        return disks(call);
      case 28:
        return timeOfDay(call);
      case 30:
      case 31:
      case 32:
        return path(call);
      case 33:
        call.tell('NetNameValidate');
        return new NdrWriter().u32(WERR.ok).done();
      default:
        call.tell(`opnum ${call.opnum}`);
        return call.opnum > 57 ? { fault: FAULT.opRange } : new NdrWriter().u32(WERR.accessDenied).done();
    }
  },
};

function shares({ args, tell, host, opnum }: RpcCall): RpcResult {
  args.uniqueString();
  const level = args.u32();
  const same = args.u32();
  if (!args.ok || level !== same) return { fault: FAULT.badStub };
  tell(opnum === 15 ? 'NetShareEnumAll' : 'NetShareEnum', { techniques: ['T1135'] });
  const isWindows = host.identity.product.family === 'windows';
  const out = new NdrWriter().u32(level).u32(level);
  if (![0, 1, 2, 501, 502].includes(level) || (level > 1 && isWindows && !host.account.admin)) {
    out
      .pointer(() => out.u32(0).u32(0))
      .flush()
      .u32(0)
      .u32(0);
    return out.u32([2, 501, 502].includes(level) ? WERR.accessDenied : WERR.unknownLevel).done();
  }
  // Of Windows, nobody without a login sees anything.
  if (isWindows && (host.account.anonymous || host.account.guest)) {
    out
      .pointer(() => out.u32(0).u32(0))
      .flush()
      .u32(0)
      .u32(0);
    return out.u32(WERR.accessDenied).done();
  }
  const list = visibleShares(host);
  out.pointer(() => out.u32(list.length).pointer(() => out.array(list, (share) => shareEntry(out, share, level))));
  out
    .flush()
    .u32(list.length)
    .pointer(() => out.u32(0))
    .flush();
  return out.u32(WERR.ok).done();
}

function visibleShares(host: RpcCall['host']): readonly Share[] {
  const { identity, account } = host;
  const { shares, product, persona } = identity;
  if (product.family === 'windows') return shares;
  // Samba's [homes] is everybody's own, also that of guests.
  const isGuest = account.guest || account.anonymous;
  const user = isGuest
    ? { name: 'nobody', home: '/nonexistent' }
    : persona.users.find((candidate) => candidate.name === account.name);
  if (user === undefined || shares.some((share) => share.name === user.name)) return shares;
  const home: Share = {
    name: user.name,
    kind: 'disk',
    path: user.home,
    comment: 'Home Directories',
    access: 'users',
    writable: false,
  };
  return [...shares, home];
}

function typeOf(share: Share): number {
  return (
    (TYPES[share.kind] |
      (share.name.endsWith('$') && share.kind !== 'printer' && share.name !== 'print$' ? HIDDEN : 0)) >>>
    0
  );
}

function shareEntry(out: NdrWriter, share: Share, level: number): void {
  out.uniqueString(share.name);
  if (level === 0) return;
  out.u32(typeOf(share)).uniqueString(share.comment);
  if (level === 501) out.u32(0);
  if (level !== 2 && level !== 502) return;
  out
    .u32(0)
    .u32(0xffff_ffff)
    .u32(share.kind === 'ipc' ? 1 : 0)
    .uniqueString(shownPath(share))
    .uniqueString('');
  if (level === 502) out.u32(0).u32(0);
}

/** Samba shows Unix paths as of a drive. */
function shownPath(share: Share): string {
  return /^[A-Za-z]:/.test(share.path) ? share.path : `C:${share.path.replaceAll('/', '\\')}`;
}

function shareInfo({ args, tell, host }: RpcCall): RpcResult {
  args.uniqueString();
  const name = args.string();
  const level = args.u32();
  if (!args.ok) return { fault: FAULT.badStub };
  tell('NetShareGetInfo', { arguments: [name], techniques: ['T1135'] });
  const share = visibleShares(host).find((one) => one.name.toLowerCase() === name.toLowerCase());
  const out = new NdrWriter().u32(level);
  if (share === undefined) return out.u32(0).u32(WERR.nameNotFound).done();
  const { family } = host.identity.product;
  if (level > 1 && level !== 1005 && level !== 501 && family === 'windows' && !host.account.admin)
    return out.u32(0).u32(WERR.accessDenied).done();
  if (![0, 1, 2, 501, 502, 1005].includes(level)) return out.u32(0).u32(WERR.unknownLevel).done();
  out.pointer(() => (level === 1005 ? void out.u32(0) : shareEntry(out, share, level))).flush();
  return out.u32(WERR.ok).done();
}

function sessions({ args, tell, host }: RpcCall): RpcResult {
  args.uniqueString();
  args.uniqueString();
  args.uniqueString();
  const level = args.u32();
  tell('NetSessEnum', { techniques: ['T1049'] });
  const { session, account } = host;
  const out = new NdrWriter().u32(level).u32(level);
  const may = host.identity.product.family === 'windows' ? account.admin : !account.anonymous && !account.guest;
  if (level !== 10 || !may) {
    out
      .pointer(() => out.u32(0).u32(0))
      .flush()
      .u32(0)
      .u32(0);
    return out.u32(may ? WERR.unknownLevel : WERR.accessDenied).done();
  }
  out.pointer(() =>
    out
      .u32(1)
      .pointer(() =>
        out.array([0], () => out.uniqueString(`\\\\${session.source.ip}`).uniqueString(account.name).u32(1).u32(0)),
      ),
  );
  return out.flush().u32(1).u32(0).u32(WERR.ok).done();
}

/** Lists that only administrators get, and that are empty then. */
function enumeration({ args, tell, host }: RpcCall, operation: string, strings: number): RpcResult {
  for (let i = 1; i < strings; i++) args.uniqueString();
  const level = args.u32();
  tell(operation, { techniques: ['T1049'] });
  const out = new NdrWriter().u32(level).u32(level).pointer(undefined);
  return out
    .u32(0)
    .u32(0)
    .u32(host.account.admin ? WERR.ok : WERR.accessDenied)
    .done();
}

function serverInfo({ args, tell, host }: RpcCall): RpcResult {
  args.uniqueString();
  const level = args.u32();
  if (!args.ok) return { fault: FAULT.badStub };
  tell('NetSrvGetInfo', { techniques: ['T1082'] });
  const { identity, account } = host;
  const { product, serverComment, target } = identity;
  const isWindows = product.family === 'windows';
  const out = new NdrWriter().u32(level);
  if (isWindows && level > 101 && !account.admin) return out.u32(0).u32(WERR.accessDenied).done();
  if (level < 100 || level > 102) return out.u32(0).u32(WERR.unknownLevel).done();
  out.pointer(() => {
    out.u32(500).uniqueString(target.netbiosComputer);
    if (level === 100) return;
    out.u32(product.major).u32(product.minor).u32(product.serverType).uniqueString(serverComment);
    if (level === 102)
      out
        .u32(0xffff_ffff)
        .u32(isWindows ? 15 : 0xf)
        .u32(0)
        .u32(0xf0)
        .u32(0xbb8)
        .u32(0)
        .uniqueString('c:\\');
  });
  return out.flush().u32(WERR.ok).done();
}

function disks({ args, tell, host }: RpcCall): RpcResult {
  args.uniqueString();
  tell('NetDiskEnum', { techniques: ['T1082'] });
  const isWindows = host.identity.product.family === 'windows';
  const out = new NdrWriter().u32(0);
  if (isWindows && !host.account.admin) return out.u32(0).u32(0).u32(0).u32(0).u32(WERR.accessDenied).done();
  const letters = isWindows ? ['C:', 'D:'] : ['C:'];
  const rows = [...letters, ''];
  out.u32(rows.length).pointer(() => {
    out.u32(rows.length).u32(0).u32(rows.length);
    for (const row of rows)
      out
        .u32(0)
        .u32(row.length + 1)
        .raw(Buffer.from(`${row}\0`, 'utf16le'))
        .align(4);
  });
  return out.flush().u32(letters.length).u32(0).u32(WERR.ok).done();
}

function timeOfDay({ tell, host }: RpcCall): RpcResult {
  tell('NetRemoteTOD', { techniques: ['T1124'] });
  const { persona, session } = { persona: host.identity.persona, session: host.session };
  const now = session.clock.now();
  const date = new Date(now);
  const out = new NdrWriter();
  out.pointer(() => {
    out.u32(Math.floor(now / 1000)).u32(Math.floor(now - persona.bootedAt(now)) >>> 0);
    out
      .u32(date.getUTCHours())
      .u32(date.getUTCMinutes())
      .u32(date.getUTCSeconds())
      .u32(Math.floor(date.getUTCMilliseconds() / 10));
    out
      .u32(zoneMinutes(persona.timeZone, date))
      .u32(310)
      .u32(date.getUTCDate())
      .u32(date.getUTCMonth() + 1);
    out.u32(date.getUTCFullYear()).u32(date.getUTCDay());
  });
  return out.flush().u32(WERR.ok).done();
}

/** Minutes west of Greenwich. */
export function zoneMinutes(timeZone: string, at: Date): number {
  try {
    const name = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' }).format(at);
    const found = /GMT([+-])(\d{2}):(\d{2})/.exec(name);
    if (found === null) return 0;
    return (found[1] === '+' ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3]));
  } catch {
    return 0;
  }
}

/** Path canonicalisation: long or climbing paths are MS08-067. */
function path({ args, tell, host, opnum, pipe }: RpcCall): RpcResult {
  args.uniqueString();
  const text = args.string();
  const names: Readonly<Record<number, string>> = {
    30: 'NetPathType',
    31: 'NetPathCanonicalize',
    32: 'NetPathCompare',
  };
  const operation = names[opnum]!;
  const isAttack = opnum !== 30 && (/\.\.[\\/]/.test(text) || text.length > 300);
  tell(operation, { arguments: [text], ...(isAttack ? { techniques: ['T1210'], cve: ['CVE-2008-4250'] } : {}) });
  if (isAttack)
    host.probe({
      action: 'ms08-067-probe',
      message: `${operation} on \\pipe\\${pipe} with a path that only MS08-067 (Conficker) has a use for`,
      techniques: ['T1210'],
      cve: ['CVE-2008-4250'],
    });
  return opnum === 30 ? new NdrWriter().u32(1).u32(WERR.ok).done() : new NdrWriter().u32(WERR.invalidParameter).done();
}
