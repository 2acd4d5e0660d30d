/** Who owns a file and who may do what, as a self-relative security descriptor (MS-DTYP section 2.4.6). */
import type { FsStat } from '../../shell/shell.types.ts';
import { LittleWriter } from '../wire.ts';

const OWNER = 1;
const GROUP = 2;
const DACL = 4;
const SELF_RELATIVE = 0x8000;
const DACL_PRESENT = 4;
const DACL_PROTECTED = 0x1000;
const FULL = 0x001f_01ff;
/** Without the right to delete, which is the folder's to give. */
const FULL_FILE = 0x001e_01ff;
const READ = 0x0012_0089;
const EXECUTE = 0x0012_00a0;
const WRITE = 0x0012_0116;

/** `S-1-5-32-544` as bytes. */
export function sidBytes(sid: string): Buffer {
  const [, revision = '1', authority = '0', ...parts] = sid.split('-');
  const subs = parts.slice(0, 15);
  const bytes = Buffer.alloc(8 + 4 * subs.length);
  bytes[0] = Number(revision);
  bytes[1] = subs.length;
  bytes.writeUIntBE(Number(authority), 2, 6);
  for (const [i, sub] of subs.entries()) bytes.writeUInt32LE(Number(sub) >>> 0, 8 + 4 * i);
  return bytes;
}

interface Ace {
  readonly sid: string;
  readonly mask: number;
}

function securityDescriptor(wanted: number, owner: string, group: string, aces: readonly Ace[], more = 0): Buffer {
  const head = new LittleWriter(20).u8(1).u8(0);
  head.u16(SELF_RELATIVE | more | ((wanted & DACL) === 0 ? 0 : DACL_PRESENT));
  const parts: Buffer[] = [];
  let at = 20;
  const place = (part: Buffer | undefined): number => {
    if (part === undefined) return 0;
    parts.push(part);
    at += part.length;
    return at - part.length;
  };
  head.u32(place((wanted & OWNER) === 0 ? undefined : sidBytes(owner)));
  head.u32(place((wanted & GROUP) === 0 ? undefined : sidBytes(group)));
  head.u32(0);
  head.u32(place((wanted & DACL) === 0 ? undefined : acl(aces)));
  return Buffer.concat([head.done(), ...parts]);
}

function acl(aces: readonly Ace[]): Buffer {
  const entries = aces.map(({ sid, mask }) => {
    const bytes = sidBytes(sid);
    return new LittleWriter(48)
      .u8(0)
      .u8(0)
      .u16(8 + bytes.length)
      .u32(mask)
      .raw(bytes)
      .done();
  });
  const length = entries.reduce((sum, entry) => sum + entry.length, 8);
  return Buffer.concat([new LittleWriter(8).u8(2).u8(0).u16(length).u16(entries.length).u16(0).done(), ...entries]);
}

/** As Samba shows the permissions of a Unix file: owner, group and everyone. */
export function unixDescriptor(wanted: number, stat: FsStat, ownerSid: string): Buffer {
  const group = `S-1-22-2-${stat.gid}`;
  const all = stat.type === 'directory' ? FULL : FULL_FILE;
  const mask = (mode: number): number => {
    const bits = mode & 7;
    if (bits === 7) return all;
    return ((bits & 4) === 0 ? 0 : READ) | ((bits & 2) === 0 ? 0 : WRITE) | ((bits & 1) === 0 ? 0 : EXECUTE);
  };
  const aces = [
    { sid: ownerSid, mask: mask(stat.mode >> 6) },
    { sid: group, mask: mask(stat.mode >> 3) },
    { sid: 'S-1-1-0', mask: mask(stat.mode) },
  ];
  return securityDescriptor(wanted, ownerSid, group, aces, DACL_PROTECTED);
}

/** As a share of Windows that an administrator has made. */
export function windowsDescriptor(wanted: number, machineSid: string, writable: boolean): Buffer {
  return securityDescriptor(wanted, 'S-1-5-32-544', `${machineSid}-513`, [
    { sid: 'S-1-5-18', mask: FULL },
    { sid: 'S-1-5-32-544', mask: FULL },
    { sid: 'S-1-5-32-545', mask: writable ? READ | EXECUTE | WRITE : READ | EXECUTE },
  ]);
}
