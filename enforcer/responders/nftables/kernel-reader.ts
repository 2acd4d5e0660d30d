/**
 * Hands us what the kernel tells of nftables, as it is. `nft monitor` tells the same, but begins by reading every set of the machine and keeps the
 * copy: 66 MB for 100,000 elements. Node opens no netlink sockets, so a few lines of Perl do, of what every Debian has (`perl-base`); where there is
 * no Perl, or nft runs behind something that runs nothing else, `nft monitor` stays.
 *
 * Its output: a big-endian 32-bit length, and as many bytes of netlink messages. Length 0 says that it listens, 0xffffffff that the kernel dropped
 * messages. It ends with its standard input.
 */
import { basename } from 'node:path';
import { findProgram, type Command } from '../../program.ts';

export const LISTENING = 0;
export const LOST = 0xff_ff_ff_ff;
/** The most that the reader takes at once: the kernel's batches of notifications are 8 KB. */
export const MOST_BYTES = 256 * 1024;

// AF_NETLINK 16, SOCK_RAW 3, NETLINK_NETFILTER 12; SOL_SOCKET 1, SO_RCVBUFFORCE 33; the mask of the group NFNLGRP_NFTABLES (7); ENOBUFS 105.
const PROGRAM = `
  $| = 1;
  socket(my $kernel, 16, 3, 12) or die "socket: $!";
  setsockopt($kernel, 1, 33, pack("l", 16 * 1024 * 1024));
  bind($kernel, pack("SSLL", 16, 0, 0, 1 << 6)) or die "bind: $!";
  print pack("N", ${LISTENING});
  for (;;) {
    my $ready = "";
    vec($ready, 0, 1) = vec($ready, fileno($kernel), 1) = 1;
    next if select($ready, undef, undef, undef) < 0;
    last if vec($ready, 0, 1) && !sysread(STDIN, my $word, 64);
    next unless vec($ready, fileno($kernel), 1);
    if (defined recv($kernel, my $messages, ${MOST_BYTES}, 0)) { print pack("N", length $messages), $messages if length $messages }
    elsif ($! == 105) { print pack("N", ${LOST}) }
    elsif ($! != 4) { die "recv: $!" }
  }`;

/** What runs the reader where `nft` runs, or undefined where it cannot: `nft` ends with the program nft, whatever leads to it. */
export function kernelReader(nft: Command): Command | undefined {
  const perl = findProgram('perl');
  if (perl === undefined || basename(nft.at(-1) ?? '') !== 'nft') return undefined;
  const [program, ...rest] = [...nft.slice(0, -1), ...perl, '-e', PROGRAM, 'nftables-monitor'];
  return program === undefined ? undefined : [program, ...rest];
}
