/** Programs that look otherwise on a router or a camera: BusyBox's own, of its early versions. All else is as everywhere. */
import type { Command, CommandContext, CommandTable } from '../command.types.ts';
import { between, memory } from './machine-facts.ts';

function ps(ctx: CommandContext): number {
  ctx.stdout.write('  PID USER       VSZ STAT COMMAND\n');
  for (const { pid, user, vszKb, state, args } of ctx.processes.list().toSorted((a, b) => a.pid - b.pid))
    ctx.stdout.write(
      `${String(pid).padStart(5)} ${user.slice(0, 8).padEnd(8)} ${String(vszKb).padStart(5)} ${state.replace(/[a-z+]/g, '').padEnd(4)} ${args}\n`,
    );
  return 0;
}

function free(ctx: CommandContext): number {
  const { totalKb, freeKb, buffersKb, sharedKb, swapTotalKb, swapFreeKb } = memory(ctx);
  const row = (name: string, values: readonly number[]): string =>
    `${name.padEnd(6)}${values.map((value) => String(Math.floor(value)).padStart(13)).join('')}\n`;
  const used = totalKb - freeKb;
  ctx.stdout.write(
    `             total         used         free       shared      buffers\n${row('Mem:', [totalKb, used, freeKb, sharedKb, buffersKb])}-/+ buffers: ${String(used - buffersKb).padStart(18)} ${String(freeKb + buffersKb).padStart(12)}\n${row('Swap:', [swapTotalKb, swapTotalKb - swapFreeKb, swapFreeKb])}`,
  );
  return 0;
}

function ifconfig(ctx: CommandContext): number {
  const { persona } = ctx.machine;
  const { network } = persona;
  const days = Math.max(1, (ctx.clock.now() - persona.bootedAt(ctx.clock.now())) / 86_400_000);
  const packets = (purpose: string): number => Math.floor(days * between(persona, purpose, 120_000, 900_000));
  const traffic = (rx: number, tx: number): string =>
    `          RX packets:${rx} errors:0 dropped:0 overruns:0 frame:0\n          TX packets:${tx} errors:0 dropped:0 overruns:0 carrier:0\n          collisions:0 txqueuelen:0 \n          RX bytes:${rx * 211} (${((rx * 211) / 1_048_576).toFixed(1)} MiB)  TX bytes:${tx * 187} (${((tx * 187) / 1_048_576).toFixed(1)} MiB)\n\n`;
  ctx.stdout.write(
    `${network.interface.padEnd(9)} Link encap:Ethernet  HWaddr ${network.mac.toUpperCase()}  \n          inet addr:${network.address}  Bcast:${network.address.replace(/\d+$/, '255')}  Mask:255.255.255.0\n          UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1\n${traffic(packets('rx'), packets('tx'))}lo        Link encap:Local Loopback  \n          inet addr:127.0.0.1  Mask:255.0.0.0\n          UP LOOPBACK RUNNING  MTU:16436  Metric:1\n${traffic(packets('lo') >> 5, packets('lo') >> 5)}`,
  );
  return 0;
}

const TOOLS: CommandTable = {
  ps: { path: '/bin/ps', run: ps },
  free: { path: '/usr/bin/free', run: free },
  ifconfig: { path: '/sbin/ifconfig', run: ifconfig },
};

/** BusyBox's own way of this program, where it is another than everybody's. */
export function findApplianceTool(name: string): { readonly path: string; readonly run: Command } | undefined {
  return Object.hasOwn(TOOLS, name) ? TOOLS[name] : undefined;
}
