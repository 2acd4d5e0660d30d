/**
 * TCP/IP beneath the decoys against the system that they claim: whoever scans sees it in the first packet (`nmap -O`, p0f). It is always that of the machine
 * here. Looked at on the wire where `tcpdump` may capture, otherwise told by the kernel's settings. On loopback the window says nothing: it follows the larger packets.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Persona } from '@netsentinel/decoys/persona/persona.types';
import { openProbe, reachable } from './probe.ts';
import { firstTell, skipped, type CheckOutcome } from './verify.types.ts';

/** As the answer to a SYN shows it. */
export interface TcpStack {
  readonly ttl: number;
  /** `mss,sackOK,TS,nop,wscale`. */
  readonly options: string;
}

const CAPTURE_MS = 4_000;
const EXPECTED = {
  linux: { ttl: 64, options: 'mss,sackOK,TS,nop,wscale', name: 'Linux' },
  windows: { ttl: 128, options: 'mss,nop,wscale,sackOK,TS', name: 'Windows' },
} as const;

export const STACK_MEND =
  'Nothing mends it wholly: packets are answered by the kernel here. `sysctl net.ipv4.ip_default_ttl=128` hides what a ping shows, for the whole machine; the order of options stays.';

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
  const stack = (await captured(target, from).catch(() => undefined)) ?? configured();
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

/** The two lines that `tcpdump -v` prints of a packet. */
export function parseSynAck(text: string): TcpStack | undefined {
  const ttl = /\bttl (\d+)/.exec(text)?.[1];
  const options = /Flags \[S\.\].*options \[([^\]]*)\]/s.exec(text)?.[1];
  if (ttl === undefined || options === undefined) return undefined;
  return {
    ttl: Number(ttl),
    options: options
      .split(',')
      .map((one) => one.trim().split(' ')[0]!)
      .join(','),
  };
}

/** Undefined where nobody may capture. */
async function captured(
  { address, port }: { readonly address: string; readonly port: number },
  from: string | undefined,
): Promise<TcpStack | undefined> {
  const filter = `tcp src port ${port} and tcp[tcpflags] & (tcp-syn|tcp-ack) == (tcp-syn|tcp-ack)`;
  const device = reachable(address).startsWith('127.') ? 'lo' : 'any';
  const child = spawn('tcpdump', ['-i', device, '-l', '-n', '-v', '-c', '1', filter], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: CAPTURE_MS,
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  return new Promise((resolve) => {
    child.once('error', () => resolve(undefined)).once('close', () => resolve(parseSynAck(text)));
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (!line.includes('istening on')) return;
      // A plain knock: the decoys see one visitor more.
      openProbe(address, port, from).then(
        (probe) => probe.close(),
        () => child.kill(),
      );
    });
  });
}
