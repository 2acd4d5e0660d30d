/** Requests over kept connections: what scanners ask for first, on files and on an application, each told of by an event. */
import { BenchClient } from '../../service/bench/bench-client.ts';
import type { BenchTarget, DecoyBench } from '../../service/bench/bench-target.ts';

const PATHS = ['/', '/.env', '/robots.txt', '/wp-login.php', '/', '/.git/config', '/favicon.ico', '/admin/'];

async function ask(client: BenchClient, path: string): Promise<void> {
  client.send(`GET ${path} HTTP/1.1\r\nHost: www.example.org\r\nUser-Agent: bench/1\r\nAccept: */*\r\n\r\n`);
  const head = await client.until('\r\n\r\n');
  const length = /\r\nContent-Length: (\d+)/i.exec(head)?.[1];
  if (length === undefined) await client.until('\r\n0\r\n\r\n');
  else await client.read(Number(length));
}

export const httpBench: DecoyBench = {
  type: 'http',
  unit: 'requests',
  config: { server: 'nginx', applications: [{ application: 'wordpress' }] },
  wanted: 3000,
  unitsOfARun: PATHS.length,
  async run(target: BenchTarget) {
    const client = await BenchClient.open(target);
    for (const path of PATHS) await ask(client, path);
    client.close();
  },
  async hold(target) {
    const client = await BenchClient.open(target);
    await ask(client, '/.env');
    return client.rest();
  },
};
