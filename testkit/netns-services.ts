/**
 * A small program that tests run inside a network namespace (see `service-talk.ts`). `serve tcp:22=real udp:53=decoy …` answers whatever comes to
 * those ports with the service's name and who it thinks is speaking; `talk` holds connections to such services. Requests and results of `talk` are
 * JSON lines on stdin and stdout.
 */
import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';

export interface TalkRequest {
  /** Which connection; it is opened the first time. */
  readonly id: number;
  readonly protocol: 'tcp' | 'udp';
  readonly source: string;
  readonly target: string;
  readonly port: number;
  /** Of TCP; one that is free where none is given. */
  readonly sourcePort?: number;
  /** How many times something is said. */
  readonly times: number;
}

/** An answer came on this connection, or it ended. */
export interface TalkResult {
  readonly id: number;
  readonly heard?: string;
  readonly ended?: true;
}

function serve(services: readonly string[]): void {
  let waiting = 0;
  const ready = (): void => {
    waiting -= 1;
    if (waiting === 0) process.stdout.write('ready\n');
  };
  const answer = (name: string, peer = ''): string => `${name} ${peer.replace(/^::ffff:/, '')}\n`;
  for (const service of services) {
    const [, protocol, port, name = ''] = /^(tcp|udp):(\d+)=(\w+)$/.exec(service) ?? [];
    if (protocol === 'tcp') {
      waiting += 1;
      const server = createServer((socket) => {
        const told = answer(name, socket.remoteAddress);
        socket.on('data', () => socket.write(told));
        socket.on('error', () => {});
      });
      server.listen(Number(port), '::', ready);
      continue;
    }
    for (const type of ['udp4', 'udp6'] as const) {
      waiting += 1;
      const socket = createSocket(type === 'udp4' ? { type } : { type, ipv6Only: true });
      socket.on('message', (_, peer) => socket.send(answer(name, peer.address), peer.port, peer.address));
      socket.bind(Number(port), type === 'udp4' ? '0.0.0.0' : '::', ready);
    }
  }
}

function talk(): void {
  const open = new Map<number, (text: string) => void>();
  const tell = (result: TalkResult): void => void process.stdout.write(`${JSON.stringify(result)}\n`);
  const hear = (id: number, data: Buffer): void => {
    for (const heard of data.toString().split('\n')) if (heard !== '') tell({ id, heard });
  };
  const begin = ({ id, protocol, source, sourcePort, target, port }: TalkRequest): ((text: string) => void) => {
    if (protocol === 'udp') {
      const socket = createSocket(target.includes(':') ? 'udp6' : 'udp4');
      socket.on('message', (data) => hear(id, data));
      socket.on('error', () => tell({ id, ended: true }));
      socket.bind(0, source);
      return (text) => socket.send(text, port, target);
    }
    const local = { localAddress: source, ...(sourcePort === undefined ? {} : { localPort: sourcePort }) };
    const socket = connect({ host: target, port, ...local });
    socket.setNoDelay(true);
    socket.on('data', (data) => hear(id, data));
    socket.on('error', () => {});
    socket.on('close', () => tell({ id, ended: true }));
    return (text) => void socket.write(text);
  };
  createInterface({ input: process.stdin }).on('line', (line) => {
    const request = JSON.parse(line) as TalkRequest;
    let say = open.get(request.id);
    if (say === undefined) open.set(request.id, (say = begin(request)));
    for (let i = 0; i < request.times; i++) say('who are you?\n');
  });
  process.stdout.write('ready\n');
}

if (import.meta.main) {
  const [mode, ...services] = process.argv.slice(2);
  if (mode === 'serve') serve(services);
  else talk();
}
