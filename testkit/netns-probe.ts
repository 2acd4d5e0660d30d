/**
 * A small program that tests run inside a network namespace (see `packet-probe.ts`): `echo` answers UDP and TCP, `probe` sends from
 * chosen addresses and says when answers stop and start. Requests and results are JSON lines on stdin and stdout; times are
 * CLOCK_MONOTONIC in milliseconds, which all processes of a machine share.
 */
import { createSocket } from 'node:dgram';
import { connect, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

export const ECHO_PORT = 7007;

export interface ProbeRequest {
  readonly n: number;
  /** `watch`: until `wanted` (answers come, or stay away) or the time is over; `tcp`: exchange on the connection of this source. */
  readonly kind: 'watch' | 'tcp';
  readonly source: string;
  readonly target: string;
  readonly wanted: boolean;
  readonly timeoutMs: number;
  /** Milliseconds between two packets; without it twice a millisecond, which takes a processor. */
  readonly everyMs?: number;
}

export interface ProbeResult {
  readonly n: number;
  /** `first`: an answer has come, watching goes on. */
  readonly state: 'first' | 'done' | 'timeout';
  readonly atMs: number;
}

const now = (): number => Number(process.hrtime.bigint()) / 1e6;
/** So long without an answer counts as dropped; the time reported is that of the first packet that got none. */
const SILENCE_MS = 60;
const EVERY_MS = 0.5;

function echo(): void {
  for (const type of ['udp4', 'udp6'] as const) {
    const socket = createSocket(type === 'udp4' ? { type } : { type, ipv6Only: true });
    socket.on('message', (message, peer) => socket.send(message, peer.port, peer.address));
    socket.bind(ECHO_PORT, type === 'udp4' ? '0.0.0.0' : '::');
  }
  createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(ECHO_PORT, '::', () =>
    say({ ready: true }),
  );
}

function watch(request: ProbeRequest): void {
  const socket = createSocket(request.source.includes(':') ? 'udp6' : 'udp4');
  const begun = now();
  const sent: number[] = [];
  let answered = -1;
  let heard = false;
  const finish = (state: 'done' | 'timeout', atMs: number): void => {
    clearInterval(timer);
    stopped = true;
    socket.close();
    say({ n: request.n, state, atMs });
  };
  let stopped = false;
  socket.on('message', (message) => {
    const at = now();
    answered = Math.max(answered, message.readUInt32BE(0));
    if (!heard) say({ n: request.n, state: 'first', atMs: at });
    heard = true;
    if (request.wanted && !stopped) finish('done', at);
  });
  socket.on('error', () => {});
  const send = (): void => {
    const packet = Buffer.alloc(64);
    packet.writeUInt32BE(sent.length);
    sent.push(now());
    socket.send(packet, ECHO_PORT, request.target, () => {});
  };
  const step = (): void => {
    if (stopped) return;
    const at = now();
    if (at - (sent.at(-1) ?? 0) >= (request.everyMs ?? EVERY_MS)) send();
    const firstLost = sent[answered + 1];
    // Silence counts from a packet that was sent after answers had come, or from the beginning where none ever does.
    if (
      !request.wanted &&
      firstLost !== undefined &&
      at - firstLost > SILENCE_MS &&
      (heard || at - begun > 3 * SILENCE_MS)
    )
      finish('done', firstLost);
    else if (at - begun > request.timeoutMs) finish('timeout', at);
    else if (request.everyMs === undefined) setImmediate(step);
    else setTimeout(step, request.everyMs);
  };
  const timer = setInterval(() => {}, 1000);
  socket.bind(0, request.source, step);
}

const connections = new Map<string, Socket>();
function tcp(request: ProbeRequest): void {
  let socket = connections.get(request.source);
  if (socket === undefined) {
    socket = connect({ host: request.target, port: ECHO_PORT, localAddress: request.source });
    socket.on('error', () => {});
    connections.set(request.source, socket);
  }
  const timer = setTimeout(() => end('timeout'), request.timeoutMs);
  const end = (state: 'done' | 'timeout'): void => {
    clearTimeout(timer);
    socket.removeAllListeners('data');
    say({ n: request.n, state, atMs: now() });
  };
  socket.once('data', () => end('done'));
  socket.write('hello');
}

function say(result: ProbeResult | { ready: true }): void {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

if (process.argv[2] === 'echo') echo();
if (process.argv[2] === 'probe') {
  createInterface({ input: process.stdin }).on('line', (line) => {
    const request = JSON.parse(line) as ProbeRequest;
    if (request.kind === 'watch') watch(request);
    else tcp(request);
  });
  say({ ready: true });
}
if (process.argv[2] !== undefined) process.stdin.on('end', () => process.exit(0)).resume();
