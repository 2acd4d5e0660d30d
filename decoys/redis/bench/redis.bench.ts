/** Sessions as scanners have them: INFO, CONFIG GET, SET, GET, DBSIZE and QUIT in one go. */
import { BenchClient } from '../../service/bench/bench-client.ts';
import type { DecoyBench } from '../../service/bench/bench-target.ts';

const SCRIPT = 'INFO server\r\nCONFIG GET dir\r\nSET bench:key value\r\nGET bench:key\r\nDBSIZE\r\n';
const LAST = 'value\r\n:';

export const redisBench: DecoyBench = {
  type: 'redis',
  unit: 'sessions',
  config: {},
  wanted: 1500,
  async run(target) {
    const client = await BenchClient.open(target);
    client.send(`${SCRIPT}QUIT\r\n`);
    await client.until('redis_version');
    await client.until(LAST);
    await client.until('+OK\r\n');
    await client.closed;
  },
  async hold(target) {
    const client = await BenchClient.open(target);
    client.send(SCRIPT);
    await client.until(LAST);
    return client.rest();
  },
};
