/** A port inside a network namespace that leads to a server outside of it, by way of a Unix socket, which no namespace of networks holds back. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NetworkLab } from './netns.ts';

const INSIDE = `
const { connect, createServer } = require('node:net');
createServer((from) => {
  const to = connect(process.argv[1]);
  from.on('error', () => to.destroy()).pipe(to).on('error', () => from.destroy()).pipe(from);
}).listen(Number(process.argv[2]), '127.0.0.1', () => console.log('listening'));
`;

/** `http://127.0.0.1:PORT` inside leads to `url` outside. Ends with the lab; `close` takes the rest away. */
export async function relayInto(
  lab: NetworkLab,
  side: 'defender' | 'attacker',
  port: number,
  url: string,
): Promise<{ close(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'netsentinel-relay-'));
  const path = join(folder, 'relay');
  const { hostname, port: outside } = new URL(url);
  const server = createServer((from) => {
    const to = connect(Number(outside), hostname);
    from
      .on('error', () => to.destroy())
      .pipe(to)
      .on('error', () => from.destroy())
      .pipe(from);
  });
  server.listen(path);
  await once(server, 'listening');
  const inside = lab.start(side, [process.execPath, '-e', INSIDE, path, String(port)]);
  await once(inside.stdout!, 'data');
  return {
    close: () => {
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
