/** Hellos of real clients are read alike whole, in pieces and over several records; what is none is told from what is not there yet. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ClientHello, readClientHello } from './client-hello.ts';
import { oldTlsAlert } from './old-tls.ts';
import { ja3, ja4 } from './tls-fingerprint.ts';

interface Captured {
  readonly client: string;
  readonly ja3: string;
  readonly hex: string;
}
const { hellos } = JSON.parse(readFileSync(new URL('fixtures/client-hellos.json', import.meta.url), 'utf8')) as {
  readonly hellos: readonly Captured[];
};

function read(bytes: Uint8Array): ClientHello {
  const hello = readClientHello(bytes);
  if (typeof hello === 'string') throw new Error(hello);
  return hello;
}

describe.each(hellos)('the hello of $client', ({ ja3: expected, hex }) => {
  const bytes = Buffer.from(hex, 'hex');

  it('has the JA3 that tshark computes', () => {
    expect(ja3(read(bytes))).toBe(expected);
  });

  it('is asked for until its last byte is there', () => {
    for (let length = 1; length < bytes.length; length++)
      expect(readClientHello(bytes.subarray(0, length))).toBe('more');
  });

  it('reads the same over several records', () => {
    const body = bytes.subarray(5);
    const records = [1, 3, 100, body.length - 104].map((length, i, lengths) => {
      const at = lengths.slice(0, i).reduce((sum, each) => sum + each, 0);
      return Buffer.concat([Buffer.from([22, 3, 1, length >> 8, length & 0xff]), body.subarray(at, at + length)]);
    });
    expect(read(Buffer.concat(records))).toEqual(read(bytes));
  });
});

it('names what the client asks for', () => {
  const chromium = read(Buffer.from(hellos.find(({ client }) => client === 'Chromium')!.hex, 'hex'));
  expect(chromium).toMatchObject({ serverName: 'localhost', alpn: ['h2', 'http/1.1'] });
});

it('has the JA4 of the published example', () => {
  const hello: ClientHello = {
    version: 0x0303,
    cipherSuites: [
      0x0a0a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c, 0x009d,
      0x002f, 0x0035,
    ],
    extensions: [
      0x1a1a, 0x001b, 0x0000, 0x0033, 0x0010, 0x4469, 0x0017, 0x002d, 0x000d, 0x0005, 0x0023, 0x0012, 0x002b, 0xff01,
      0x000b, 0x000a, 0x0015, 0x2a2a,
    ],
    supportedGroups: [],
    pointFormats: [],
    signatureAlgorithms: [0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601],
    supportedVersions: [0x3a3a, 0x0304, 0x0303],
    alpn: ['h2', 'http/1.1'],
    serverName: 'example.com',
  };
  expect(ja4(hello)).toBe('t13d1516h2_8daaf6152771_e5627efa2ab1');
  expect(ja4({ ...hello, alpn: ['\xab\xcd'] })).toContain('t13d1516ad_');
  expect(
    ja4({ ...hello, cipherSuites: [], extensions: [], signatureAlgorithms: [], supportedVersions: [], alpn: [] }),
  ).toBe('t12i000000_000000000000_000000000000');
});

it('is refused as OpenSSL 3.0 refuses what is too old', () => {
  const chromium = read(Buffer.from(hellos.find(({ client }) => client === 'Chromium')!.hex, 'hex'));
  expect(oldTlsAlert(chromium)).toBeUndefined();
  expect(oldTlsAlert({ ...chromium, version: 0x0302, supportedVersions: [] })?.toString('hex')).toBe('15030200020250');
});

describe('what is no hello', () => {
  it.each([
    ['a request', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['another version', Buffer.from([22, 2, 0, 0, 5, 1, 0, 0, 1, 0])],
    ['another message', Buffer.from([22, 3, 1, 0, 5, 2, 0, 0, 1, 0])],
    ['an empty record', Buffer.from([22, 3, 1, 0, 0])],
    ['a record too long', Buffer.from([22, 3, 1, 0xff, 0xff, 1])],
    ['a message too long', Buffer.from([22, 3, 1, 0, 5, 1, 0xff, 0xff, 0xff, 0])],
    ['one that ends within', Buffer.from([22, 3, 1, 0, 6, 1, 0, 0, 2, 3, 3])],
    ['another record within', Buffer.from([22, 3, 1, 0, 4, 1, 0, 0, 50, 23, 3, 3, 0, 1, 0])],
  ])('%s', (_what, bytes) => {
    expect(readClientHello(bytes)).toBe('none');
  });
});
