import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '@netsentinel/kernel/config';
import { createDecoyContext } from '@netsentinel/testkit/decoy-harness';
import { describe, expect, it } from 'vitest';
import { playService, toldOf } from '../service/session.fixture.ts';
import { Exchange } from './exchange.schema.ts';
import { prepareExchange } from './exchange.ts';
import { compileExpectation } from './expectation.ts';
import { playTrial } from './play-trial.fixture.ts';
import { scriptedUdpDecoy } from './scripted-udp.decoy.ts';
import { scriptedDecoy } from './scripted.decoy.ts';
import { fuzz, seeds } from './scripted.fuzz.ts';

const SCRIPTS = join(import.meta.dirname, '../../content/scripted');
const scripts = readdirSync(SCRIPTS).filter((name) => name.endsWith('.yml'));

function read(name: string): Exchange {
  return loadConfig(Exchange, { file: name, text: readFileSync(join(SCRIPTS, name), 'utf8') }).config;
}

function tcp(exchange: unknown, config: Record<string, unknown> = {}) {
  return playService(scriptedDecoy, { script: exchange, ...config });
}

describe.each(scripts)('content/scripted/%s', (name) => {
  it('answers as it says it does', async () => {
    const exchange = read(name);
    expect(exchange.trial.length).toBeGreaterThan(1);
    const { problems } = await playTrial(exchange);
    expect(problems).toEqual([]);
  });
});

describe('a scripted port', () => {
  it('takes what comes and says nothing, without a script', async () => {
    const service = playService(scriptedDecoy);
    const client = service.connect();
    await client.send('GET / HTTP/1.0\r\n\r\n');
    expect(client.text).toBe('');
    await client.destroy();
    expect(service.events.map(({ event, message }) => [event.action, message?.slice(0, 20)])).toEqual([
      ['scripted-connect', undefined],
      ['scripted-request', 'GET / HTTP/1.0\r\n\r\n'],
      ['scripted-disconnect', expect.any(String)],
    ]);
    await service.close();
  });

  it('lets in whom the policy lets in, and remembers for the machine', async () => {
    const service = tcp(read('pop3.yml'), { credentials: { accept: [{ user: 'info', password: 'info' }] } });
    const client = service.connect();
    await client.send('USER info\r\nPASS wrong\r\n');
    await client.settle(3000);
    await client.send('USER info\r\nPASS info\r\nSTAT\r\n');
    await client.settle(100);
    expect(client.text).toMatch(/-ERR \[AUTH\].*\+OK\r\n\+OK Logged in\.\r\n\+OK 0 0\r\n$/s);
    const logins = service.events.filter(({ event }) => event.action === 'scripted-login');
    expect(
      logins.map(({ event, network, netsentinel }) => [
        event.outcome,
        network?.protocol,
        netsentinel?.credential?.password,
      ]),
    ).toEqual([
      ['failure', 'pop3', 'wrong'],
      ['success', 'pop3', 'info'],
    ]);
    await service.close();
  });

  it('waits with its answer, and reads nothing meanwhile', async () => {
    const rules = [
      { expect: { prefix: 'a' }, reply: 'A', delay_ms: 500 },
      { expect: { any: true }, reply: 'B' },
    ];
    const service = tcp({ states: { start: { rules } } });
    const client = service.connect();
    await client.send('a\nb\n');
    expect(client.text).toBe('');
    await client.settle(600);
    expect(client.text).toBe('AB');
    await service.close();
  });

  it('tells an answer to a challenge as crackers take it', async () => {
    const service = tcp(read('vnc.yml'));
    const client = service.connect();
    await client.settle();
    await client.send('RFB 003.008\n\x02');
    const challenge = client.received.subarray(-16).toString('hex');
    await client.send('0123456789abcdef');
    await client.settle(2000);
    const login = service.events.find(({ event }) => event.action === 'scripted-login');
    expect(login?.netsentinel?.credential).toMatchObject({
      method: 'vnc',
      accepted: false,
      response: `$vnc$*${challenge}*${Buffer.from('0123456789abcdef').toString('hex')}`,
    });
    expect(client.closed).toBe(true);
    await service.close();
  });

  it('names the techniques that a script knows', async () => {
    const service = tcp(read('memcached.yml'));
    const client = service.connect();
    await client.send('flush_all\r\nquit\r\n');
    expect(service.events.find(({ event }) => event.action === 'scripted-destroy')).toMatchObject({
      network: { protocol: 'memcached' },
      threat: { technique: { id: ['T1485'] } },
    });
    expect(client.closed).toBe(true);
    await service.close();
  });

  it('shows what is no text, and cuts messages that have no end', async () => {
    const service = tcp({
      max_message_bytes: 100,
      states: { start: { rules: [{ expect: { hex: '00 ??' }, reply: 'x' }] } },
    });
    const client = service.connect();
    await client.send(`\0\x01${'A'.repeat(30_000)}`);
    await client.send(`${'A'.repeat(30_000)}\nNEXT\n`);
    expect(client.text).toBe('x');
    expect(service.events.map(({ message }) => message?.slice(0, 10)).slice(1)).toEqual(['\\x00\\x01AA', 'NEXT']);
    await service.close();
  });

  it('is one machine’s: what is fixed is the install’s own, what is drawn is a session’s', async () => {
    const exchange = { banner: '{fixed:id:16} {hex:16} {hex:16} {host} {{x}\n' };
    const banners: string[] = [];
    for (const seed of [Buffer.alloc(32, 1), Buffer.alloc(32, 1), Buffer.alloc(32, 2)]) {
      const service = playService(scriptedDecoy, { script: exchange }, { seed });
      const client = service.connect();
      await client.settle();
      banners.push(client.text);
      await service.close();
    }
    const [first, second, third] = banners.map((banner) => banner.trimEnd().split(' '));
    expect(first![0]).toBe(second![0]);
    expect(first![0]).not.toBe(third![0]);
    expect(first![1]).toBe(first![2]);
    expect(first![1]).not.toBe(second![1]);
    expect(first!.at(-1)).toBe('{x}');
  });
});

describe('a scripted exchange', () => {
  it.each([
    [{ start: 'nowhere', states: { start: { rules: [] } } }, /there is no state .*nowhere/],
    [{ states: { start: { rules: [{ expect: { any: true }, next: 'gone' }] } } }, /there is no state .*gone/],
    [{ states: { start: { rules: [{ expect: { regex: 'a', any: true } }] } } }, /one of regex, prefix/],
    [{ banner_hex: 'xyz' }, /hexadecimal/],
    [{ colour: 'red' }, /colour/],
  ])('that is wrong is said to be: %j', (exchange, message) => {
    const checked = Exchange.safeParse(exchange);
    expect(checked.success ? '' : JSON.stringify(checked.error.issues)).toMatch(message);
  });

  it('is refused where a template or pattern cannot be read', () => {
    expect(() => prepareExchange(Exchange.parse({ banner: '{nothing}' }))).toThrow(/nothing is called "nothing"/);
    const rules = [{ expect: { regex: '(' } }];
    expect(() => prepareExchange(Exchange.parse({ states: { start: { rules } } }))).toThrow(/state start, rule 1/);
  });

  it('takes linear time for patterns that others hang on', () => {
    const compiled = compileExpectation({ regex: '^(a+)+$', ignore_case: false });
    expect('match' in compiled && compiled.match(`${'a'.repeat(20_000)}b`)).toBeUndefined();
  });
});

describe('a scripted port of datagrams', () => {
  it('tells of one sender once in a while, and never says more than it was told', async () => {
    const { ctx, events } = createDecoyContext();
    const exchange = {
      transport: 'udp',
      take: 'any',
      states: { start: { rules: [{ expect: { any: true }, reply: 'longer than what came' }] } },
    };
    const decoy = scriptedUdpDecoy.create(ctx, scriptedUdpDecoy.config.parse({ script: exchange }));
    const answers: string[] = [];
    for (const text of ['abc', 'abcdef'])
      decoy.datagram!({
        bytes: Buffer.from(text),
        source: { ip: '198.51.100.7', port: 1000 },
        destination: { ip: '203.0.113.9', port: 5060 },
        reply: (bytes) => (answers.push(Buffer.from(bytes).toString()), true),
      });
    expect(answers).toEqual(['lon', 'longer']);
    await decoy.close();
    expect(toldOf(events)).toEqual([
      'scripted-udp-connect',
      'scripted-udp-request',
      'scripted-udp-request',
      'scripted-udp-disconnect',
    ]);
    expect(events.every(({ network }) => network?.transport === 'udp')).toBe(true);
  });

  it('holds a bounded number of conversations', async () => {
    const { ctx } = createDecoyContext({ keepsEvents: false });
    const decoy = scriptedUdpDecoy.create(ctx, scriptedUdpDecoy.config.parse({}));
    for (let i = 0; i < 6000; i++)
      decoy.datagram!({
        bytes: Buffer.from('x'),
        source: { ip: `198.51.${i >> 8}.${i & 255}`, port: 1000 },
        destination: { ip: '203.0.113.9', port: 5060 },
        reply: () => true,
      });
    expect(decoy.connections).toBeLessThanOrEqual(5000);
    await decoy.close();
    expect(decoy.connections).toBe(0);
  });
});

it('survives its own seeds', async () => {
  for (const seed of seeds) await expect(fuzz(seed)).resolves.toBeUndefined();
});
