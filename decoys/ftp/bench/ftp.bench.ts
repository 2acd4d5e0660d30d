/** Logins as `anonymous`, and greetings: connect, read the first line, close. */
import { BenchClient } from '../../service/bench/bench-client.ts';
import type { BenchTarget, DecoyBench } from '../../service/bench/bench-target.ts';

const config = { anonymous: true, failureDelayMs: 0 };

async function login(target: BenchTarget): Promise<BenchClient> {
  const client = await BenchClient.open(target);
  await client.until('220 ');
  client.send('USER anonymous\r\n');
  await client.until('331 ');
  client.send('PASS guest@\r\n');
  await client.until('230 ');
  client.send('PWD\r\n');
  await client.until('257 ');
  return client;
}

export const ftpBench: DecoyBench = {
  type: 'ftp',
  unit: 'logins',
  config,
  async run(target) {
    const client = await login(target);
    client.send('QUIT\r\n');
    await client.closed;
  },
  async hold(target) {
    return (await login(target)).rest();
  },
};

export const bannerBench: DecoyBench = {
  name: 'banner',
  type: 'ftp',
  unit: 'banners',
  config,
  wanted: 5000,
  async run(target) {
    const client = await BenchClient.open(target);
    await client.until('\r\n');
    client.close();
  },
};
