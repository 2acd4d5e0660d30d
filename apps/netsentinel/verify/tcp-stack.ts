/**
 * TCP/IP beneath the decoys against the system that they claim: whoever scans sees it in the first packet (`nmap -O`, p0f). Packets are answered by the machine
 * here; of a Windows persona the enforcer has nftables change them. Looked at on the wire where we may, otherwise told by the kernel's settings.
 */
import { readFileSync } from 'node:fs';
import type { Persona } from '@netsentinel/decoys/persona/persona.types';
import { openProbe } from './probe.ts';
import { seeSynAck, type TcpStack } from './syn-ack.ts';
import { firstTell, skipped, type CheckOutcome } from './verify.types.ts';

const EXPECTED = {
  linux: { ttl: 64, options: 'mss,sackOK,TS,nop,wscale', name: 'Linux' },
  windows: { ttl: 128, options: 'mss,nop,wscale,nop,nop,sackOK', name: 'Windows' },
} as const;

export const STACK_MEND =
  'The enforcer plays Windows’ TCP/IP where it may change nftables (root, nft 1.0.2, Linux 5.18; `enforcer.stacks.play`): its log says why it does not. Of other systems than Windows, this machine must be one.';

export function judgeStack({ os }: Persona, stack: TcpStack): CheckOutcome {
  const { ttl, options, name } = EXPECTED[os.family === 'windows' ? 'windows' : 'linux'];
  return firstTell(
    (stack.ttl !== ttl || stack.options !== options) &&
      `a SYN is answered with TTL ${stack.ttl} and options ${stack.options}; ${os.prettyName} answers with ${ttl} and ${options} (nmap -O and p0f see ${stack.ttl === 64 ? 'Linux' : 'no'} where ${name} is claimed)`,
  );
}

export async function tcpStackOf(
  persona: Persona,
  target: { readonly address: string; readonly port: number },
  from: string | undefined,
): Promise<CheckOutcome> {
  // A plain knock: the decoys see one visitor more.
  const knock = async (): Promise<number | undefined> => {
    const probe = await openProbe(target.address, target.port, from);
    const { localPort } = probe;
    probe.close();
    return localPort;
  };
  const seen = await seeSynAck(target.port, knock).catch(() => undefined);
  if (seen !== undefined) return judgeStack(persona, seen);
  if (persona.os.family === 'windows') return skipped('nobody may look at packets here: try it as root');
  const stack = configured();
  return stack === undefined ? skipped('this system does not tell how it answers') : judgeStack(persona, stack);
}

/** What the kernel would send. */
function configured(): TcpStack | undefined {
  try {
    const setting = (name: string): number => Number(readFileSync(`/proc/sys/net/ipv4/${name}`, 'utf8'));
    const time = setting('tcp_timestamps') > 0;
    const scale = setting('tcp_window_scaling') > 0 ? ['nop', 'wscale'] : [];
    const sack =
      setting('tcp_sack') > 0 ? (time ? ['sackOK', 'TS'] : ['nop', 'nop', 'sackOK']) : time ? ['nop', 'nop', 'TS'] : [];
    return { ttl: setting('ip_default_ttl'), options: ['mss', ...sack, ...scale].join(',') };
  } catch {
    return undefined;
  }
}
