/** The limits of one decoy host over decoys of different kinds: whoever is in somewhere stays. */
import { expect, it } from 'vitest';
import { ftpDecoy } from '../ftp/ftp.decoy.ts';
import { httpDecoy } from '../http/http.decoy.ts';
import { mysqlDecoy } from '../mysql/mysql.decoy.ts';
import { redisDecoy } from '../redis/redis.decoy.ts';
import { smbDecoy } from '../smb/smb.decoy.ts';
import { tarpitDecoy } from '../tarpit/tarpit.decoy.ts';
import { telnetDecoy } from '../telnet/telnet.decoy.ts';
import { joinService, playService } from './session.fixture.ts';

it('lets the most telling sessions stay, whatever their kind', async () => {
  const host = playService(
    ftpDecoy,
    { anonymous: true },
    { limits: { maxConnections: 7, maxConnectionsPerSource: 3 } },
  );
  const redis = joinService(host, redisDecoy);
  const http = joinService(host, httpDecoy);
  const [telnet, mysql, smb] = [telnetDecoy, mysqlDecoy, smbDecoy].map((decoy) =>
    joinService<never>(host, decoy as never),
  );
  const tarpit = joinService(host, tarpitDecoy);

  const silent = [http, telnet!, mysql!, smb!].map((service, i) => service.connect({ ip: `192.0.2.${i + 1}` }));
  const held = tarpit.connect({ ip: '192.0.2.10' });
  await held.send('SSH-2.0-zgrab\r\n');
  const user = host.connect({ ip: '192.0.2.11' });
  for (const line of ['USER anonymous', 'PASS a@b', 'PWD']) await user.send(`${line}\r\n`);
  await user.settle(100);
  expect(user.text).toContain('257 ');
  const keys = redis.connect({ ip: '192.0.2.12' });
  await keys.send('CONFIG GET dir\r\n');
  expect(keys.text).toContain('/var/lib/redis');

  // One more for each place, from one attacker each, all of them asking for something.
  const asking = [];
  for (let i = 0; i < 12; i++) {
    const client = http.connect({ ip: `192.0.2.${100 + i}` });
    await client.send('GET /.env HTTP/1.1\r\nHost: a\r\n\r\n');
    asking.push(client);
    const all = [host, redis, http, telnet!, mysql!, smb!, tarpit];
    expect(all.reduce((sum, { decoy }) => sum + decoy.connections, 0)).toBeLessThanOrEqual(7);
  }
  expect(silent.map(({ closed }) => closed)).toEqual([true, true, true, true]);
  expect(held.closed).toBe(true);
  expect([user.closed, keys.closed]).toEqual([false, false]);
  // The latest of them are there.
  expect(asking.filter(({ closed }) => !closed).length).toBeGreaterThanOrEqual(1);
  expect(asking.at(-1)!.closed).toBe(false);

  // One address gets no more than its share, over all kinds.
  const greedy = [];
  for (const service of [redis, http, redis, http]) {
    const client = service.connect({ ip: '192.0.2.12' });
    await client.send(service === redis ? 'PING\r\n' : 'GET /.env HTTP/1.1\r\nHost: a\r\n\r\n');
    greedy.push(client);
  }
  expect(greedy.map(({ closed }) => closed)).toEqual([false, false, true, true]);
});
