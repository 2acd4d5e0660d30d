/** `busybox` 1.35 (Debian's initramfs brings it): the first thing a worm asks for, with a name that is no applet, to see if a shell answers. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { arrive, tftp } from './connect.ts';
import { baseName } from './text.ts';

const APPLETS =
  '[ [[ acpid adjtimex ar arch arp arping ascii ash awk base64 basename bc blkdiscard blockdev brctl bunzip2 busybox bzcat bzip2 cal cat chgrp chmod chown chroot chvt clear cmp cp cpio crc32 cttyhack cut date dc dd deallocvt depmod devmem df diff dirname dmesg dnsdomainname dos2unix du dumpkmap dumpleases echo egrep env expand expr factor fallocate false fatattr fdisk fgrep find findfs fold free freeramdisk fsfreeze fstrim ftpget ftpput getopt getty grep groups gunzip gzip halt head hexdump hostid hostname httpd hwclock i2cdetect i2cdump i2cget i2cset i2ctransfer id ifconfig ifdown ifup init insmod ionice ip ipcalc ipneigh kill killall klogd last less link linux32 linux64 ln loadfont loadkmap logger login logname logread losetup ls lsmod lsscsi lzcat lzma lzop md5sum mdev microcom mim mkdir mkdosfs mke2fs mkfifo mknod mkpasswd mkswap mktemp modinfo modprobe more mount mt mv nameif nbd-client nc netstat nl nologin nproc nsenter nslookup od openvt partprobe paste patch pidof ping ping6 pivot_root poweroff printf ps pwd rdate readlink realpath reboot renice reset rev rm rmdir rmmod route rpm rpm2cpio run-init run-parts sed seq setkeycodes setpriv setsid sh sha1sum sha256sum sha3sum sha512sum shred shuf sleep sort ssl_client start-stop-daemon stat static-sh strings stty svc svok swapoff swapon switch_root sync sysctl syslogd tac tail tar taskset tc tee telnet telnetd test tftp time timeout top touch tr traceroute traceroute6 true truncate ts tty tunctl ubirename udhcpc udhcpd uevent umount uname uncompress unexpand uniq unix2dos unlink unlzma unshare unxz unzip uptime usleep uudecode uuencode vconfig vi w watch watchdog wc wget which who whoami xargs xxd xz xzcat yes zcat'.split(
    ' ',
  );

function bannerOf(ctx: CommandContext): string {
  const own = ctx.machine.persona.software.busybox?.banner;
  return `${own ?? 'BusyBox v1.35.0 (Debian 1:1.35.0-4+b4)'} multi-call binary.\n`;
}

async function busybox(ctx: CommandContext): Promise<number> {
  const [applet, ...args] = ctx.argv.slice(1);
  if (applet === undefined || applet === '--help') {
    const rows: string[] = [];
    let row = '\t';
    for (const [index, name] of APPLETS.entries()) {
      const word = `${name}${index === APPLETS.length - 1 ? '' : ','}`;
      if (row.length + word.length > 68) {
        rows.push(row.trimEnd());
        row = '\t';
      }
      row += `${word} `;
    }
    ctx.stdout.write(
      `${bannerOf(ctx)}BusyBox is copyrighted by many authors between 1998-2015.\nLicensed under GPLv2. See source distribution for detailed\ncopyright notices.\n\nUsage: busybox [function [arguments]...]\n   or: busybox --list[-full]\n   or: busybox --show SCRIPT\n   or: busybox --install [-s] [DIR]\n   or: function [arguments]...\n\n\tBusyBox is a multi-call binary that combines many common Unix\n\tutilities into a single executable.  Most people will create a\n\tlink to busybox for each function they wish to use and BusyBox\n\twill act like whatever it was invoked as.\n\nCurrently defined functions:\n${[...rows, row.trimEnd()].join('\n')}\n`,
    );
    return 0;
  }
  if (applet === '--list') {
    ctx.stdout.write(`${APPLETS.join('\n')}\n`);
    return 0;
  }
  const name = baseName(applet);
  if (!APPLETS.includes(name)) {
    ctx.stderr.write(`${applet}: applet not found\n`);
    return 127;
  }
  if (name === 'ftpget') return ftpget(ctx, args);
  const program = name === 'ash' ? 'sh' : name;
  if ((name === 'wget' || name === 'tftp') && args.length === 0) return usage(ctx, name);
  if (name === 'wget') return busyboxWget(ctx, args);
  if (name === 'tftp') return tftp(ctx, args);
  return ctx.run([program, ...args]);
}

function usage(ctx: CommandContext, applet: string): number {
  const texts: Readonly<Record<string, string>> = {
    wget: "Usage: wget [-cqS] [--spider] [-O FILE] [-o LOGFILE] [-P DIR]\n\t[--post-data STR | --post-file FILE] [-U AGENT] [-T SEC] URL...\n\nRetrieve files via HTTP or FTP\n\n\t--spider\tOnly check URL existence: $? is 0 if exists\n\t-c\t\tContinue retrieval of aborted transfer\n\t-q\t\tQuiet\n\t-P DIR\t\tSave to DIR (default .)\n\t-S\t\tShow server response\n\t-T SEC\t\tNetwork read timeout is SEC seconds\n\t-O FILE\t\tSave to FILE ('-' for stdout)\n\t-o LOGFILE\tLog messages to FILE\n\t-U AGENT\tUser-Agent\n",
    tftp: 'Usage: tftp [OPTIONS] HOST [PORT]\n\nTransfer a file from/to tftp server\n\n\t-l FILE\tLocal FILE\n\t-r FILE\tRemote FILE\n\t-g\tGet file\n\t-p\tPut file\n\t-b SIZE\tTransfer blocks in bytes\n',
    ftpget:
      'Usage: ftpget [-cvupP] HOST [LOCAL_FILE] REMOTE_FILE\n\nDownload a file via FTP\n\n\t-c\tContinue previous transfer\n\t-v\tVerbose\n\t-u USER\tUsername\n\t-p PASS\tPassword\n\t-P PORT\n',
  };
  ctx.stderr.write(`${bannerOf(ctx)}\n${texts[applet] ?? `Usage: ${applet}\n`}`);
  return 1;
}

async function busyboxWget(ctx: CommandContext, args: readonly string[]): Promise<number> {
  const at = args.indexOf('-O');
  const url =
    args.findLast(
      (arg, index) =>
        !arg.startsWith('-') && !['-O', '-P', '-U', '-T', '-o', '--header'].includes(args[index - 1] ?? ''),
    ) ?? '';
  if (url === '') return usage(ctx, 'wget');
  const host = url.replace(/^[a-z]+:\/\//i, '').replace(/[/?#].*$/, '');
  const [bare = host, port = '80'] = host.split(':');
  const file =
    at === -1 ? baseName(url.replace(/^[a-z]+:\/\//i, '').replace(/^[^/]*/, '')) || 'index.html' : (args[at + 1] ?? '');
  const name = file === '/' ? 'index.html' : file;
  const quiet = args.some((arg) => /^-\w*q/.test(arg));
  if (!quiet) ctx.stderr.write(`Connecting to ${host} (${bare}:${port})\n`);
  const status = await ctx.run(['wget', '-q', '-O', name, url]);
  if (status !== 0) ctx.stderr.write(`wget: can't connect to remote host (${bare}): Connection timed out\n`);
  else if (!quiet && name !== '-') {
    const stat = ctx.fs.stat(ctx.resolve(name), ctx.user);
    ctx.stderr.write(
      `saving to '${name}'\n${name.slice(0, 20).padEnd(20)} 100% |********************************| ${String(stat.ok ? stat.value.size : 0).padStart(5)}  0:00:00 ETA\n'${name}' saved\n`,
    );
  }
  return status === 0 ? 0 : 1;
}

async function ftpget(ctx: CommandContext, args: readonly string[]): Promise<number> {
  const operands = args.filter((arg, index) => !arg.startsWith('-') && !/^-[vc]*[upP]$/.test(args[index - 1] ?? ''));
  const [host, local, remote = local] = operands;
  if (host === undefined || local === undefined || remote === undefined) return usage(ctx, 'ftpget');
  return arrive(
    ctx,
    'ftpget',
    `ftp://${host}/${remote.replace(/^\//, '')}`,
    operands.length > 2 ? local : baseName(remote),
  );
}

export const busyboxCommands: CommandTable = { busybox: { path: '/usr/bin/busybox', run: busybox } };
