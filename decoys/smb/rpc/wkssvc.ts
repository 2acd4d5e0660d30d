/** The workstation service (MS-WKST): what the machine calls itself, and who is logged on. */
import { NdrWriter } from './ndr.ts';
import { FAULT, WERR, type RpcCall, type RpcInterface, type RpcResult } from './rpc.types.ts';

export const wkssvc: RpcInterface = {
  name: 'wkssvc',
  uuid: '6bffd098-a112-3610-9833-46c3f87e345a',
  version: 1,
  pipes: ['wkssvc'],
  call(call) {
    switch (call.opnum) {
      case 0:
        return info(call);
      case 2:
        return users(call);
      default:
        call.tell(`opnum ${call.opnum}`);
        return call.opnum > 31 ? { fault: FAULT.opRange } : new NdrWriter().u32(WERR.accessDenied).done();
    }
  },
};

function info({ args, tell, host }: RpcCall): RpcResult {
  args.uniqueString();
  const level = args.u32();
  if (!args.ok) return { fault: FAULT.badStub };
  tell('NetWkstaGetInfo', { techniques: ['T1082'] });
  const { product, target, workgroup } = host.identity;
  const out = new NdrWriter().u32(level);
  if (level < 100 || level > 102) return out.u32(0).u32(WERR.unknownLevel).done();
  if (level > 100 && (host.account.anonymous || host.account.guest)) return out.u32(0).u32(WERR.accessDenied).done();
  out.pointer(() => {
    out.u32(500).uniqueString(target.netbiosComputer).uniqueString(workgroup).u32(product.major).u32(product.minor);
    if (level > 100) out.uniqueString('');
    if (level > 101) out.u32(1);
  });
  return out.flush().u32(WERR.ok).done();
}

function users({ args, tell, host }: RpcCall): RpcResult {
  args.uniqueString();
  const level = args.u32();
  tell('NetWkstaUserEnum', { techniques: ['T1033'] });
  const out = new NdrWriter().u32(level).u32(level);
  if (!host.account.admin || level > 1) {
    out
      .pointer(() => out.u32(0).u32(0))
      .flush()
      .u32(0)
      .u32(0);
    return out.u32(host.account.admin ? WERR.unknownLevel : WERR.accessDenied).done();
  }
  const { identity } = host;
  const admin = identity.persona.users.find((user) => user.admin === true && user.login)?.name ?? host.account.name;
  out.pointer(() =>
    out.u32(1).pointer(() =>
      out.array([admin], (name) => {
        out.uniqueString(name);
        if (level === 1)
          out
            .uniqueString(identity.target.netbiosDomain)
            .uniqueString('')
            .uniqueString(identity.target.netbiosComputer);
      }),
    ),
  );
  return out.flush().u32(1).u32(0).u32(WERR.ok).done();
}
