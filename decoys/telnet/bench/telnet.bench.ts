/** Logins over Telnet: the negotiation refused in both rounds as worms do, name, password, and the prompt of the shell. */
import { BenchClient } from '../../service/bench/bench-client.ts';
import type { BenchTarget, DecoyBench } from '../../service/bench/bench-target.ts';

const ROUNDS = [
  ['\xff\xfd\x24', 'fffd25fffd26fffc18fffc20fffc23fffc27fffc24'],
  ['\xff\xfd\x21', 'fffd03fffc01fffc22fffc1ffffd05fffc21'],
] as const;

async function login(target: BenchTarget): Promise<BenchClient> {
  const client = await BenchClient.open(target);
  for (const [last, answers] of ROUNDS) {
    await client.until(last);
    client.send(Buffer.from(answers, 'hex'));
  }
  await client.until('login: ');
  client.send('root\r\n');
  await client.until('Password: ');
  client.send('benchmark\r\n');
  await client.until(':~# ');
  return client;
}

export const telnetBench: DecoyBench = {
  type: 'telnet',
  unit: 'logins',
  config: {
    credentials: { any: true, remember: false },
    failureDelayMs: 0,
    successDelayMs: 0,
    startDelayMs: 0,
  },
  wanted: 1000,
  async run(target) {
    (await login(target)).close();
  },
  async hold(target) {
    return (await login(target)).rest();
  },
};
