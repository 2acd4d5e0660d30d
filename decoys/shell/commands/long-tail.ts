/**
 * The hundreds of programs on a real disk that nobody has played here. Silence with success would be the one answer that no program gives, so each
 * complains as its family does: wrong usage for the core and Linux utilities, no bus for systemd's tools, a missing library for the others.
 */
import type { CommandContext } from '../command.types.ts';

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

const COREUTILS = words(
  'b2sum base32 basenc chcon csplit dircolors fmt join link mknod numfmt pathchk pinky pr ptx runcon sum tsort unexpand',
);
const UTIL_LINUX = words(
  'addpart agetty blkdiscard blkzone blockdev cfdisk chcpu chfn chmem chsh col colcrt colrm ctrlaltdel delpart fallocate fincore findfs fsck fsck.cramfs fsck.minix fsfreeze fstrim getopt hardlink hwclock ipcmk ipcrm ipcs isosize ldattach look losetup lsfd lsipc lsirq lslocks lslogins lsmem lsns mkfs mkfs.bfs mkfs.cramfs mkfs.minix mkswap namei partx pivot_root prlimit readprofile rename.ul resizepart rtcwake scriptlive scriptreplay setterm sfdisk sulogin swaplabel switch_root uclampset ul wall wdctl wipefs write zramctl',
);
const NEEDS_BUS =
  /^(?:busctl|hostnamectl|localectl|networkctl|systemd-(?:analyze|cgls|cgtop|inhibit|mount|run|umount))$/;

const UTIL_LINUX_VERSION = '2.38.1';
const COREUTILS_VERSION = '9.1';

/** What a careless upgrade leaves behind; which of them a program misses depends on its name alone. */
const LIBRARIES = ['libxxhash.so.0', 'libnl-3.so.200', 'libunwind-ptrace.so.0', 'libnl-genl-3.so.200', 'libmnl.so.0'];

export function runLongTail(ctx: CommandContext): number {
  const name = ctx.argv[0] ?? '';
  const base = name.slice(name.lastIndexOf('/') + 1);
  const isCore = COREUTILS.has(base);
  if (isCore || UTIL_LINUX.has(base)) return runUtility(ctx, name, base, isCore);
  if (NEEDS_BUS.test(base)) {
    ctx.stderr.write('Failed to connect to bus: Connection refused\n');
    return 1;
  }
  let sum = 0;
  for (let i = 0; i < base.length; i++) sum += base.charCodeAt(i);
  const library = LIBRARIES[sum % LIBRARIES.length];
  ctx.stderr.write(
    `${name}: error while loading shared libraries: ${library}: cannot open shared object file: No such file or directory\n`,
  );
  return 127;
}

function runUtility(ctx: CommandContext, name: string, base: string, isCore: boolean): number {
  if (ctx.argv.includes('--version')) {
    ctx.stdout.write(
      isCore ? `${base} (GNU coreutils) ${COREUTILS_VERSION}\n` : `${base} from util-linux ${UTIL_LINUX_VERSION}\n`,
    );
    return 0;
  }
  if (ctx.argv.includes('--help')) {
    ctx.stdout.write(isCore ? `Usage: ${name} [OPTION]... [FILE]...\n` : `\nUsage:\n ${name} [options]\n`);
    return 0;
  }
  // All it does is to have no objection.
  if (base === 'pathchk' && ctx.argv.length > 1) return 0;
  const bad = ctx.argv[1]?.startsWith('-') === true ? ctx.argv[1] : undefined;
  const what = bad === undefined ? (isCore ? 'missing operand' : 'bad usage') : complaintOf(bad);
  ctx.stderr.write(`${name}: ${what}\nTry '${name} --help' for more information.\n`);
  return 1;
}

/** As getopt_long says it. */
function complaintOf(option: string): string {
  return option.startsWith('--') ? `unrecognized option '${option}'` : `invalid option -- '${option[1] ?? '-'}'`;
}
