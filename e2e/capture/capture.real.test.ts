/**
 * A person has an attacker's packets captured: the whole product on the defended machine, real packets, and Wireshark's own reader for what was written. One story,
 * told in order.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { OrderReply } from '@netsentinel/contracts/action';
import { namespacesUnavailable } from '@netsentinel/testkit/netns';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, PORT, type Stage } from '../story/stage.ts';

/** Somebody else, one for the bound, one whose time ends. */
const [OTHER, LOUD, SHORT] = ['198.18.0.3', '198.18.0.4', '198.18.0.5'] as const;
const ECHO = 9000;
const MAX_BYTES = 150_000;
const CONFIG = {
  decoys: [{ id: 'ssh-1', type: 'ssh', address: '::', port: PORT }],
  console: { port: 18_093 },
  enforcer: {
    mode: 'enforce',
    resolvConf: '/nonexistent',
    responders: { nftables: {}, capture: { maxBytesPerCapture: MAX_BYTES, maxTotalBytes: 4 * MAX_BYTES } },
  },
};
const PATIENCE = { timeout: 30_000, interval: 200 };
/** Answers over TCP and UDP with what it got. */
const SERVER = `
  require('net').createServer({ allowHalfOpen: true }, (s) => s.on('error', () => {}).pipe(s)).listen(${ECHO}, '::', () => {
    const udp = require('dgram').createSocket('udp4', (m, from) => udp.send(m, from.port, from.address));
    udp.bind(${ECHO}, () => console.log('ready'));
  });`;
/** Sends its text over TCP and a datagram, and one to a port that nobody has; ends when all echoes have come. */
const CLIENT = `
  const [from, to, text] = process.argv.slice(1);
  const udp = require('dgram').createSocket('udp4');
  let back = '';
  const tcp = require('net').connect({ host: to, port: ${ECHO}, localAddress: from }, () => tcp.end(text));
  tcp.on('data', (chunk) => (back += chunk)).on('close', () => {
    if (back !== text) process.exit(1);
    udp.bind(0, from, () => {
      udp.send('a datagram of ' + from, 9999, to);
      udp.send('a datagram of ' + from, ${ECHO}, to);
    });
  });
  udp.on('message', () => udp.close()).on('error', () => {});`;
/** Tries to connect for two seconds. */
const TRY = `
  const [from, to] = process.argv.slice(1);
  require('net').connect({ host: to, port: ${ECHO}, localAddress: from }, () => process.exit(0));
  setTimeout(() => process.exit(1), 2000);`;

interface Listed {
  readonly path: string;
  readonly network: string;
  readonly order: string;
  readonly state: string;
  readonly packets: number;
  readonly bytes: number;
  readonly sha256?: string;
}

interface Seen {
  readonly source: string;
  readonly destination: string;
  readonly protocol: string;
  readonly tcp: string;
  readonly udp: string;
}

describe.skipIf(namespacesUnavailable('nft', 'tshark') !== undefined)('a capture that a person orders', () => {
  let stage: Stage;
  let host: string;
  let machine: string;
  let order: string;

  beforeAll(async () => {
    stage = openStage();
    ({ attacker4: host, defender4: machine } = stage.network);
    stage.network.addAttackers([OTHER, LOUD, SHORT].map((address) => `${address}/15`));
    await stage.start(CONFIG);
    const server = stage.network.start('defender', [process.execPath, '-e', SERVER]);
    await new Promise((resolve) => server.stdout!.once('data', resolve));
  });
  afterAll(() => stage.close());

  const capture = async (address: string, time = '10m'): Promise<string> => {
    const { code, stdout, stderr } = await stage.cli('response', 'do', 'capture', address, '--for', time, '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return (JSON.parse(stdout) as OrderReply).id;
  };
  const speak = async (from: string, text: string): Promise<void> => {
    const said = await stage.attack([process.execPath, '-e', CLIENT, from, machine, text]);
    expect(said).toMatchObject({ code: 0, stderr: '' });
  };
  const files = async (of = host): Promise<Listed[]> => {
    const { stdout } = await stage.cli('response', 'captures', '--json');
    const all = stdout.split('\n').filter(Boolean);
    return all.map((line) => JSON.parse(line) as Listed).filter(({ network }) => network === of);
  };
  /** As Wireshark reads them. */
  const packetsIn = (path: string): Seen[] => {
    const fields = ['ip.src', 'ip.dst', '_ws.col.Protocol', 'tcp.payload', 'udp.payload'];
    const args = ['-n', '-r', path, '-T', 'fields', '-E', 'occurrence=f', ...fields.flatMap((name) => ['-e', name])];
    const { status, stdout } = spawnSync('tshark', args, { encoding: 'utf8' });
    expect(status).toBe(0);
    return stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const [source = '', destination = '', protocol = '', tcp = '', udp = ''] = line.split('\t');
        return { source, destination, protocol, tcp, udp };
      });
  };
  /** What went from one to another over TCP. */
  const said = (packets: readonly Seen[], from: string): string =>
    Buffer.from(
      packets
        .filter(({ source }) => source === from)
        .map(({ tcp }) => tcp)
        .join(''),
      'hex',
    ).toString();
  /** All that is written now is in the file. */
  const written = (path: string, text: string): Promise<unknown> =>
    expect.poll(() => readFileSync(path).includes(text), PATIENCE).toBe(true);
  const pid = (name: string): number => stage.product.pids()[name]!;

  it('sees all that a host says and hears, whole, and nothing of anybody else', async () => {
    order = await capture(host);
    const text = 'all of this, '.repeat(2000);
    await speak(OTHER, 'nobody shall keep this');
    await speak(host, text);
    const [{ path } = { path: '' }] = await files();
    await written(path, `a datagram of ${host}`);
    await expect.poll(() => packetsIn(path).filter(({ protocol }) => protocol === 'ICMP').length, PATIENCE).toBe(1);
    const packets = packetsIn(path);
    for (const { source, destination } of packets)
      expect([source, destination].toSorted()).toEqual([machine, host].toSorted());
    expect([said(packets, host), said(packets, machine)]).toEqual([text, text]);
    const datagram = Buffer.from(`a datagram of ${host}`).toString('hex');
    // Two were sent, one came back as it was, and one within an ICMP message.
    expect(packets.filter(({ udp }) => udp === datagram).length).toBeGreaterThanOrEqual(3);
    expect(readFileSync(path).includes('nobody shall keep this')).toBe(false);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect((await stage.blocks()).map(({ measure, responder, status }) => [measure, responder, status])).toEqual([
      ['capture', 'capture', 'verified'],
    ]);
  });

  it('is written by a process that has no right, no network and no way to send', () => {
    const status = readFileSync(`/proc/${pid('capture')}/status`, 'utf8');
    const field = (name: string): string => new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(status)![1]!;
    expect(['CapEff', 'CapPrm', 'CapBnd', 'NoNewPrivs', 'Seccomp'].map(field)).toEqual([
      ...Array.from({ length: 3 }, () => '0000000000000000'),
      '1',
      '2',
    ]);
    expect(Number(field('Uid'))).toBeGreaterThan(0);
    expect(readlinkSync(`/proc/${pid('capture')}/ns/net`)).not.toBe(readlinkSync(`/proc/${pid('launcher')}/ns/net`));
  });

  it('goes on in a new file where its process is killed, and the old one is read to its end', async () => {
    const [before] = await files();
    const killed = pid('capture');
    process.kill(killed, 'SIGKILL');
    await expect
      .poll(async () => (await files()).map(({ state }) => state), PATIENCE)
      .toEqual(['interrupted', 'capturing']);
    expect(packetsIn(before!.path).length).toBeGreaterThan(0);
    const [old, now] = await files();
    expect(old!.sha256).toBe(createHash('sha256').update(readFileSync(old!.path)).digest('hex'));
    await speak(host, 'after the kill');
    await written(now!.path, 'after the kill');
    expect([old!.order, now!.order]).toEqual([order, order]);
  });

  it('goes on where the enforcer is killed', async () => {
    const [, { path } = { path: '' }] = await files();
    const writer = pid('capture');
    const killed = pid('enforcer');
    process.kill(killed, 'SIGKILL');
    await expect.poll(() => pid('enforcer') !== undefined && pid('enforcer') !== killed, PATIENCE).toBe(true);
    await expect.poll(async () => (await stage.cli('response', 'list')).code, PATIENCE).toBe(0);
    await speak(host, 'after the enforcer');
    await written(path, 'after the enforcer');
    expect(pid('capture')).toBe(writer);
  });

  it('sees IPv6 as well', async () => {
    const { attacker6, defender6 } = stage.network;
    const six = await capture(attacker6);
    expect((await stage.attack([process.execPath, '-e', TRY, attacker6, defender6])).code).toBe(0);
    expect((await stage.cli('response', 'revert', six)).code).toBe(0);
    const [{ path } = { path: '' }] = await files(attacker6);
    const { stdout } = spawnSync('tshark', ['-n', '-r', path, '-T', 'fields', '-e', 'ipv6.host'], { encoding: 'utf8' });
    const hosts = new Set(stdout.trim().split('\n'));
    expect(hosts.has(`${attacker6},${defender6}`) && hosts.has(`${defender6},${attacker6}`)).toBe(true);
    expect(stdout.replaceAll(/^.*$/gm, (line) => (line.includes(attacker6) ? '' : line)).trim()).toBe('');
  });

  it('lives beside a block: what is dropped is seen all the same', async () => {
    const { stdout } = await stage.cli('response', 'do', 'block', host, '--for', '10m', '--json');
    const block = (JSON.parse(stdout) as OrderReply).id;
    const [, { path } = { path: '' }] = await files();
    const before = packetsIn(path).length;
    const tried = await stage.attack([process.execPath, '-e', TRY, host, machine]);
    expect(tried.code).not.toBe(0);
    await expect.poll(() => packetsIn(path).length, PATIENCE).toBeGreaterThan(before);
    expect(
      packetsIn(path)
        .slice(before)
        .every(({ source }) => source === host),
    ).toBe(true);
    expect((await stage.blocks()).map(({ measure }) => measure).toSorted()).toEqual(['block', 'capture']);
    await stage.cli('response', 'revert', block);
  });

  it('ends at its bound and says so, and others go on', async () => {
    await capture(LOUD);
    await speak(LOUD, 'loud '.repeat(20_000));
    await expect.poll(async () => (await files(LOUD)).map(({ state }) => state), PATIENCE).toEqual(['full']);
    const [{ path, bytes, sha256 } = { path: '', bytes: 0, sha256: '' }] = await files(LOUD);
    expect(statSync(path).size).toBe(bytes);
    expect(bytes).toBeLessThanOrEqual(MAX_BYTES);
    expect(bytes).toBeGreaterThan(MAX_BYTES / 2);
    expect(sha256).toBe(createHash('sha256').update(readFileSync(path)).digest('hex'));
    expect(packetsIn(path).length).toBeGreaterThan(0);
    expect((await files()).at(-1)).toMatchObject({ state: 'capturing' });
  });

  it('ends at its time, with enforcer and platform stopped', async () => {
    await capture(SHORT, '5s');
    const stopped = [pid('enforcer'), pid('platform')];
    for (const one of stopped) process.kill(one, 'SIGSTOP');
    try {
      await expect.poll(async () => (await files(SHORT)).map(({ state }) => state), PATIENCE).toEqual(['ended']);
      await speak(SHORT, 'too late');
      expect(packetsIn((await files(SHORT))[0]!.path)).toEqual([]);
    } finally {
      for (const one of stopped) process.kill(one, 'SIGCONT');
    }
  });

  it('ends when it is taken back; the audit knows the hash of each file', async () => {
    expect((await stage.cli('response', 'revert', order)).code).toBe(0);
    const all = await files();
    expect(all.map(({ state }) => state)).toEqual(['interrupted', 'ended']);
    const folder = join(stage.product.folder, 'data', 'enforcer', 'audit');
    const audit = (): string =>
      readdirSync(folder)
        .map((name) => readFileSync(join(folder, name), 'utf8'))
        .join('');
    for (const { sha256 } of all) await expect.poll(audit, PATIENCE).toContain(sha256);
    await expect.poll(() => pid('capture'), PATIENCE).toBeUndefined();
  });

  it('makes room for a new one by the oldest, and tells the audit', async () => {
    const [oldest] = await files();
    await capture(OTHER);
    await capture(SHORT);
    await capture('198.18.0.9');
    await expect.poll(async () => (await files()).map(({ path }) => path), PATIENCE).not.toContain(oldest!.path);
    expect(readdirSync(join(stage.product.folder, 'data', 'captures'))).not.toContain(oldest!.path.split('/').at(-1));
  });

  it('closes its files when the product stops, and goes on in new ones after', async () => {
    const [before] = await files(OTHER);
    const { process: product } = stage.product;
    const ended = new Promise((resolve) => product.once('exit', resolve));
    product.kill('SIGTERM');
    expect(await ended).toBe(0);
    const record = JSON.parse(readFileSync(before!.path.replace('.pcap', '.json'), 'utf8')) as Listed;
    expect(record).toMatchObject({ state: 'ended', order: before!.order });
    await stage.start(CONFIG);
    await expect
      .poll(async () => (await files(OTHER)).at(-1), PATIENCE)
      .toMatchObject({
        state: 'capturing',
        order: before!.order,
      });
  });

  it('lives on where somebody removes its folder: who writes there fails, and a new one is begun', async () => {
    const before = (await stage.blocks()).length;
    rmSync(join(stage.product.folder, 'data', 'captures'), { recursive: true });
    await expect.poll(async () => (await stage.blocks()).length, PATIENCE).toBeLessThan(before);
    await capture(host);
    await speak(host, 'in a new folder');
    const [{ path } = { path: '' }] = await files();
    await written(path, 'in a new folder');
  });
});
