/** The accounts of the machine as its /etc/passwd and /etc/group say, so that what an attacker added shows everywhere. */
import type { CommandContext } from '../command.types.ts';
import { bytesToBinary, readFile, ROOT, splitLines } from './text.ts';

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly gecos: string;
  readonly home: string;
  readonly shell: string;
}

export interface Group {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

/** Fields of a colon-separated table; read as root, since every program may. */
export function tableRows(ctx: CommandContext, path: string): string[][] {
  const file = readFile(ctx, path, ROOT);
  return file.ok ? splitLines(bytesToBinary(file.bytes)).map((line) => line.split(':')) : [];
}

export function accounts(ctx: CommandContext): Account[] {
  return tableRows(ctx, '/etc/passwd')
    .filter((fields) => fields.length >= 7)
    .map(([name = '', , uid, gid, gecos = '', home = '', shell = '']) => ({
      name,
      uid: Number(uid),
      gid: Number(gid),
      gecos,
      home,
      shell,
    }));
}

export function groups(ctx: CommandContext): Group[] {
  return tableRows(ctx, '/etc/group')
    .filter((fields) => fields.length >= 3)
    .map(([name = '', , gid, members = '']) => ({
      name,
      gid: Number(gid),
      members: members.split(',').filter((member) => member !== ''),
    }));
}

export function accountOf(ctx: CommandContext, nameOrUid: string): Account | undefined {
  const all = accounts(ctx);
  return (
    all.find((account) => account.name === nameOrUid) ??
    (/^\d+$/.test(nameOrUid) ? all.find((account) => account.uid === Number(nameOrUid)) : undefined)
  );
}

/** Names by number, for listings. */
export function nameTables(ctx: CommandContext): { user(uid: number): string; group(gid: number): string } {
  const users = new Map(accounts(ctx).map((account) => [account.uid, account.name]));
  const groupNames = new Map(groups(ctx).map((group) => [group.gid, group.name]));
  return { user: (uid) => users.get(uid) ?? String(uid), group: (gid) => groupNames.get(gid) ?? String(gid) };
}
