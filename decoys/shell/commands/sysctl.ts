/** `sysctl` (procps 4.0.2): the kernel's settings of a Debian 12, over what /proc/sys of this machine says and an attacker set. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { systemFile } from './machine-facts.ts';
import { complain, writeFile } from './text.ts';

const TCP =
  'abort_on_overflow=0 adv_win_scale=1 allowed_congestion_control=reno_cubic app_win=31 autocorking=1 available_congestion_control=reno_cubic available_ulp=espintcp_mptcp base_mss=1024 challenge_ack_limit=2147483647 congestion_control=cubic dsack=1 early_demux=1 early_retrans=3 ecn=2 ecn_fallback=1 fack=0 fastopen=1 fin_timeout=60 frto=2 invalid_ratelimit=500 keepalive_intvl=75 keepalive_probes=9 keepalive_time=7200 l3mdev_accept=0 limit_output_bytes=1048576 low_latency=0 max_orphans=16384 max_reordering=300 max_syn_backlog=256 max_tw_buckets=16384 mem=43866_58491_87732 migrate_req=0 min_rtt_wlen=300 min_snd_mss=48 min_tso_segs=2 moderate_rcvbuf=1 mtu_probing=0 no_metrics_save=0 notsent_lowat=4294967295 orphan_retries=0 pacing_ca_ratio=120 pacing_ss_ratio=200 recovery=1 reordering=3 retrans_collapse=1 retries1=3 retries2=15 rfc1337=0 rmem=4096_131072_6291456 sack=1 slow_start_after_idle=1 stdurg=0 syn_retries=6 synack_retries=5 syncookies=1 thin_linear_timeouts=0 timestamps=1 tso_win_divisor=3 tw_reuse=2 window_scaling=1 wmem=4096_16384_4194304 workaround_signed_windows=0';
const OTHERS =
  'abi.vsyscall32=1 fs.aio-max-nr=65536 fs.file-max=9223372036854775807 fs.inotify.max_user_instances=128 fs.inotify.max_user_watches=29483 fs.nr_open=1048576 fs.protected_hardlinks=1 fs.protected_symlinks=1 fs.suid_dumpable=0 kernel.core_pattern=core kernel.ctrl-alt-del=0 kernel.dmesg_restrict=1 kernel.kptr_restrict=0 kernel.msgmax=8192 kernel.ostype=Linux kernel.panic=0 kernel.perf_event_paranoid=3 kernel.pid_max=4194304 kernel.randomize_va_space=2 kernel.sched_autogroup_enabled=1 kernel.shmmni=4096 kernel.sysrq=438 kernel.threads-max=14870 kernel.unprivileged_bpf_disabled=2 net.core.default_qdisc=fq_codel net.core.rmem_max=212992 net.core.somaxconn=4096 net.core.wmem_max=212992 net.ipv4.conf.all.accept_redirects=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.icmp_echo_ignore_all=0 net.ipv4.ip_default_ttl=64 net.ipv4.ip_forward=0 net.ipv4.ip_local_port_range=32768_60999 net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.all.forwarding=0 vm.dirty_ratio=20 vm.drop_caches=0 vm.max_map_count=65530 vm.min_free_kbytes=67584 vm.nr_hugepages=0 vm.overcommit_memory=0 vm.panic_on_oom=0 vm.swappiness=60 vm.vfs_cache_pressure=100';

/** What an attacker set where the machine has no such file, while it is in memory. */
const changed = new WeakMap<object, Map<string, string>>();

function settings(ctx: CommandContext): Map<string, string> {
  const { persona } = ctx.machine;
  const pairs = [...OTHERS.split(' '), ...TCP.split(' ').map((pair) => `net.ipv4.tcp_${pair}`)];
  const table = new Map(
    pairs.map((pair): [string, string] => {
      const at = pair.indexOf('=');
      const value = pair.slice(at + 1);
      return [pair.slice(0, at), value.replaceAll('_', /congestion|ulp/.test(pair) ? ' ' : '\t')];
    }),
  );
  table.set('kernel.hostname', persona.hostname);
  table.set('kernel.osrelease', persona.os.kernelRelease);
  table.set('kernel.version', persona.os.kernelVersion);
  for (const [key, value] of changed.get(ctx.machine) ?? []) table.set(key, value);
  return table;
}

function valueOf(ctx: CommandContext, table: ReadonlyMap<string, string>, key: string): string | undefined {
  return systemFile(ctx, `/proc/sys/${key.replaceAll('.', '/')}`)?.trim() ?? table.get(key);
}

function sysctl(ctx: CommandContext): number {
  const args = ctx.argv.slice(1);
  const flags = args.filter((arg) => arg.startsWith('-')).join('');
  const keys = args.filter((arg) => !arg.startsWith('-'));
  if (/p|--system|--load/.test(flags)) return 0;
  const table = settings(ctx);
  if (/a|X|A/.test(flags)) {
    for (const key of [...table.keys()].sort()) ctx.stdout.write(`${key} = ${valueOf(ctx, table, key)}\n`);
    return 0;
  }
  let status = keys.length === 0 ? 1 : 0;
  if (keys.length === 0)
    ctx.stderr.write('\nUsage:\n sysctl [options] [variable[=value] ...]\n\nFor more details see sysctl(8).\n');
  for (const text of keys) {
    const [name = '', value] = text.split(/=(.*)/s).map((part) => part.trim());
    const key = name.replaceAll('/', '.');
    const known = valueOf(ctx, table, key);
    if (known === undefined) {
      status = 1;
      ctx.stderr.write(`sysctl: cannot stat /proc/sys/${key.replaceAll('.', '/')}: No such file or directory\n`);
    } else if (value !== undefined && ctx.user.uid !== 0) status = complain(ctx, `permission denied on key "${key}"`);
    else {
      if (value !== undefined) setValue(ctx, key, value);
      ctx.stdout.write(flags.includes('n') ? `${value ?? known}\n` : `${key} = ${value ?? known}\n`);
    }
  }
  return status;
}

function setValue(ctx: CommandContext, key: string, value: string): void {
  const path = `/proc/sys/${key.replaceAll('.', '/')}`;
  if (systemFile(ctx, path) !== undefined && writeFile(ctx, path, Buffer.from(`${value}\n`)) === undefined) return;
  const known = changed.get(ctx.machine) ?? new Map<string, string>();
  changed.set(ctx.machine, known);
  if (known.size < 200) known.set(key, value.slice(0, 200));
}

export const sysctlCommands: CommandTable = { sysctl: { path: '/usr/sbin/sysctl', run: sysctl } };
