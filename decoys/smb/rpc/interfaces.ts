/** Every remote interface that is played, and on which pipe of which product it is found. */
import { efsrpc, efsrpcOfLsass, fsrvp, netdfs, spoolss } from './coercion.ts';
import { dssetup, lsarpc } from './lsarpc.ts';
import { netlogon } from './netlogon.ts';
import { atsvc, shutdown, taskScheduler, winreg } from './remote-control.ts';
import type { RpcInterface } from './rpc.types.ts';
import { samr } from './samr.ts';
import { srvsvc } from './srvsvc.ts';
import { svcctl } from './svcctl.ts';
import { wkssvc } from './wkssvc.ts';

/** Pipes that lead to services of which nobody asks anything: they open, and know no interface. */
const MUTE: Readonly<Record<'samba' | 'windows', readonly string[]>> = {
  samba: ['eventlog', 'epmapper', 'mdssvc'],
  windows: ['eventlog', 'epmapper', 'browser', 'protected_storage', 'trkwks', 'w32time_alt'],
};
const EVERYWHERE: readonly RpcInterface[] = [
  srvsvc,
  wkssvc,
  samr,
  lsarpc,
  dssetup,
  svcctl,
  spoolss,
  winreg,
  netdfs,
  shutdown,
];
const WINDOWS: readonly RpcInterface[] = [...EVERYWHERE, netlogon, efsrpc, efsrpcOfLsass, fsrvp, taskScheduler, atsvc];

function all(family: 'samba' | 'windows'): readonly RpcInterface[] {
  return family === 'windows' ? WINDOWS : EVERYWHERE;
}

export function findInterface(uuid: string, family: 'samba' | 'windows'): RpcInterface | undefined {
  return all(family).find((one) => one.uuid === uuid);
}

export function isPipe(pipe: string, family: 'samba' | 'windows'): boolean {
  return MUTE[family].includes(pipe) || all(family).some((one) => one.pipes.includes(pipe));
}
