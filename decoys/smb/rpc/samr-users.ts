/** A user as the account manager writes it down: everything about one, and a line of a list. */
import type { SmbIdentity } from '../smb.types.ts';
import { NO_GROUP, type RpcAccount } from './accounts.ts';
import type { NdrWriter } from './ndr.ts';

/** No time at all, as Windows says it. */
export const NEVER = 0x7fff_ffff_ffff_ffffn;
/** The end of time as Samba's arithmetic has it: 6 February 2036. */
const SAMBA_NEVER = 137_303_967_990_000_000n;

/** SAMPR_USER_ALL_INFORMATION without what nobody may know. */
export function writeUser(out: NdrWriter, user: RpcAccount, set: bigint, { product, target }: SmbIdentity): void {
  const isWindows = product.family === 'windows';
  const never = isWindows ? NEVER : SAMBA_NEVER;
  const home = isWindows ? '' : `\\\\${target.netbiosComputer}\\${user.name}`;
  out
    .time(0n)
    .time(never)
    .time(set)
    .time(never)
    .time(set)
    .time(isWindows ? NEVER : SAMBA_NEVER);
  out.unicodeString(user.name).unicodeString(user.fullName).unicodeString(home).unicodeString('');
  out.unicodeString('').unicodeString(isWindows ? '' : `${home}\\profile`);
  out.unicodeString('').unicodeString('').unicodeString('').unicodeString('');
  out.unicodeString('').unicodeString('').unicodeString('').u32(0).u32(0);
  out.u32(user.rid).u32(NO_GROUP.rid).u32(user.flags).u32(0x00ff_ffff).u16(168);
  out.pointer(() => {
    out.u32(1260).u32(0).u32(21).raw(Buffer.alloc(21, 0xff));
  });
  out.u16(0).u16(0).u16(0).u16(0).u8(0).u8(0).u8(0).u8(0);
}

export function writeDisplayed(out: NdrWriter, user: RpcAccount, level: number): void {
  const { name, rid, flags, fullName } = user;
  if (level === 1) {
    out.u32(rid).u32(flags).unicodeString(name).unicodeString('').unicodeString(fullName);
    return;
  }
  // The old form: one byte a character.
  const bytes = Buffer.from(name, 'latin1');
  out.u16(bytes.length).u16(bytes.length + 1);
  out.pointer(() =>
    out
      .u32(bytes.length + 1)
      .u32(0)
      .u32(bytes.length)
      .raw(bytes),
  );
}
