/** The facts of MLST and MLSD (RFC 3659, 7.5) as ProFTPD gives them. */
import type { FsStat, MachineUser } from '../../shell/shell.types.ts';
import type { FtpEntry, FtpFiles } from '../ftp-files.ts';
import { timestampOf } from '../times.ts';

export const MLST_FACTS: readonly string[] = [
  'modify',
  'perm',
  'size',
  'type',
  'unique',
  'UNIX.group',
  'UNIX.groupname',
  'UNIX.mode',
  'UNIX.owner',
  'UNIX.ownername',
];
/** The root partition of a virtual machine: /dev/vda1. */
const DEVICE = 'FE01';

/** One line without its end. The names are always those of the session: 1.3.8 looks them up for nobody else. */
export function factLine(
  files: FtpFiles,
  { stat }: FtpEntry,
  how: {
    readonly type: string;
    readonly shown: string;
    readonly enabled: ReadonlySet<string>;
    readonly groupName: string;
  },
): string {
  const { user } = files;
  const values: Readonly<Record<string, string | undefined>> = {
    modify: timestampOf(stat.mtime, 'UTC'),
    perm: permissions(stat, user),
    size: stat.type === 'directory' ? undefined : String(stat.size),
    type: how.type,
    unique: `${DEVICE}U${stat.inode.toString(16).toUpperCase()}`,
    'UNIX.group': String(stat.gid),
    'UNIX.groupname': how.groupName,
    'UNIX.mode': `0${stat.mode.toString(8).padStart(3, '0')}`,
    'UNIX.owner': String(stat.uid),
    'UNIX.ownername': user.name,
  };
  const facts = MLST_FACTS.filter((fact) => how.enabled.has(fact) && values[fact] !== undefined);
  return `${facts.map((fact) => `${fact}=${values[fact]};`).join('')} ${how.shown}`;
}

export function typeOf({ stat, name }: FtpEntry): string {
  if (stat.type === 'directory') return name === '.' ? 'cdir' : name === '..' ? 'pdir' : 'dir';
  return stat.type === 'file'
    ? 'file'
    : `OS.unix=${stat.type === 'symlink' ? 'symlink' : stat.type === 'char' || stat.type === 'block' ? 'device' : stat.type}`;
}

function permissions(stat: FsStat, user: MachineUser): string {
  const may = (bit: number): boolean => {
    if (user.uid === 0) return true;
    const shift = stat.uid === user.uid ? 6 : user.gid === stat.gid || user.groups.includes(stat.gid) ? 3 : 0;
    return ((stat.mode >> shift) & bit) !== 0;
  };
  if (stat.type === 'directory') return `f${may(4) ? 'l' : ''}${may(2) ? 'cdmp' : ''}${may(1) ? 'e' : ''}`;
  return `adf${may(4) ? 'r' : ''}${may(2) ? 'w' : ''}`;
}
