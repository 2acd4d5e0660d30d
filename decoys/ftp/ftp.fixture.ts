/** An FTP decoy in a test's hands, with data connections in memory. */
import { type Duplex, duplexPair } from 'node:stream';
import { personaOf } from '../persona/persona-of.ts';
import { type PlayedClient, type PlayedService, playService } from '../service/session.fixture.ts';
import { ftpDecoy } from './ftp.decoy.ts';

export interface PlayedFtp {
  readonly service: PlayedService;
  readonly client: PlayedClient;
  /** Who has a home on the machine. */
  readonly user: string;
  /** Sends a line and answers all that came. */
  ask(line: string, ms?: number): Promise<string>;
  login(): Promise<void>;
  /** PASV, a connection to what it offers, then the command; what came over it. `content` goes up. */
  transfer(command: string, content?: string): Promise<{ readonly replies: string; readonly data: string }>;
  /** A connection to a passive port. */
  connectData(port: number, ip?: string): Duplex;
}

export async function playFtp(config: Record<string, unknown> = {}, ip = '198.51.100.7'): Promise<PlayedFtp> {
  const service = playService(ftpDecoy, { credentials: { any: true }, ...config });
  const user = personaOf(service.ctx).users.find(({ login, uid }) => login && uid >= 1000)!.name;
  const client = service.connect({ ip });
  await client.settle();
  const ask = async (line: string, ms = 0): Promise<string> => {
    client.take();
    await client.send(`${line}\r\n`);
    await client.settle(ms);
    return client.take();
  };
  const connectData = (port: number, from = ip): Duplex => {
    const [ours, theirs] = duplexPair();
    theirs.on('error', () => {});
    ours.on('close', () => theirs.destroy());
    service.decoy.accept({
      stream: ours,
      source: { ip: from, port: 50_000 },
      destination: { ip: '203.0.113.9', port },
    });
    return theirs;
  };
  return {
    service,
    client,
    user,
    ask,
    connectData,
    async login() {
      await ask(`USER ${user}`);
      await ask('PASS letmein');
    },
    async transfer(command, content) {
      const offer = await ask('PASV');
      const [, high, low] = /,(\d+),(\d+)\)/.exec(offer) ?? [];
      if (high === undefined) return { replies: offer, data: '' };
      const stream = connectData(Number(high) * 256 + Number(low));
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      let replies = await ask(command);
      if (content !== undefined) stream.end(content);
      await client.settle();
      replies += client.take();
      return { replies, data: Buffer.concat(chunks).toString('latin1') };
    },
  };
}
