/** What SAMR says of groups and aliases: every account is in one group, and the machine's own aliases hold who administers it and who may log in. */
import { sidBytes } from '../files/security-descriptor.ts';
import { STATUS } from '../nt-status.ts';
import { NO_GROUP, type RpcAccount, usersOf } from './accounts.ts';
import { NdrWriter } from './ndr.ts';
import type { RpcCall, RpcResult } from './rpc.types.ts';

/** What a handle of SAMR stands for. */
export type SamrHandle =
  | { readonly kind: 'server' }
  | { readonly kind: 'domain'; readonly sid: string }
  | { readonly kind: 'user'; readonly user: RpcAccount }
  | { readonly kind: 'group' | 'alias'; readonly rid: number };

export function userGroups(): RpcResult {
  const out = new NdrWriter();
  out.pointer(() => out.u32(1).pointer(() => out.array([NO_GROUP.rid], (rid) => out.u32(rid).u32(7))));
  return out.flush().u32(0).done();
}

export function groupInfo({ args, host }: RpcCall): RpcResult {
  const level = args.u16();
  const isSamba = host.identity.product.family === 'samba';
  const out = new NdrWriter();
  if (level !== 1) return out.u32(0).u32(STATUS.INVALID_INFO_CLASS).done();
  out.pointer(() => {
    out.u16(1).align(4).unicodeString(NO_GROUP.name).u32(7);
    out.u32(isSamba ? 0 : usersOf(host.identity).length).unicodeString(isSamba ? 'Ordinary Users' : 'None');
  });
  return out.flush().u32(0).done();
}

export function groupMembers({ host }: RpcCall): RpcResult {
  const users = usersOf(host.identity);
  const out = new NdrWriter();
  out.pointer(() => {
    out.u32(users.length);
    out.pointer(() => out.array(users, (user) => out.u32(user.rid)));
    out.pointer(() => out.array(users, () => out.u32(7)));
  });
  return out.flush().u32(0).done();
}

export function aliasMembers({ host }: RpcCall, handle: SamrHandle): RpcResult {
  const { identity } = host;
  const rid = handle.kind === 'alias' ? handle.rid : 0;
  const users = usersOf(identity);
  const admins = new Set(
    identity.persona.users.filter((user) => user.admin === true || user.uid === 500).map((user) => user.name),
  );
  const members =
    rid === 544 ? users.filter((user) => user.rid === 500 || admins.has(user.name)) : rid === 545 ? users : [];
  const out = new NdrWriter();
  out
    .u32(members.length)
    .pointer(
      members.length === 0
        ? undefined
        : () => out.array(members, (member) => out.pointer(() => out.sid(sidBytes(`${identity.sid}-${member.rid}`)))),
    );
  return out.flush().u32(0).done();
}
