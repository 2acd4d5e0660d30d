import { endianness } from 'node:os';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NetlinkMessages } from './netlink-messages.ts';
import type { MonitorEvent } from './nft-monitor.ts';

const LITTLE = endianness() === 'LE';
const INET = 1;
const NESTED = 0x80_00;

describe('NetlinkMessages', () => {
  it.each<[string, Buffer, MonitorEvent[]]>([
    [
      'elements of both families',
      Buffer.concat([
        message(12, INET, elements('netsentinel', 'v4_32', [[198, 18, 0, 1]])),
        message(
          14,
          INET,
          elements(
            'netsentinel',
            'v6_64',
            [
              [0x20, 1, 0xd, 0xb8, 0, 0, 0, 1],
              [0xfe, 0x80],
            ].map(to16),
          ),
        ),
        message(15, 0, attribute(1, Buffer.alloc(4))),
      ]),
      [
        { kind: 'element', op: 'add', set: 'v4_32', elements: ['198.18.0.1'] },
        { kind: 'element', op: 'delete', set: 'v6_64', elements: ['2001:db8:0:1::', 'fe80::'] },
        { kind: 'generation' },
      ],
    ],
    [
      'structure',
      Buffer.concat([0, 2, 3, 5, 6, 8, 9, 11].map((type) => message(type, INET, name(1, 'netsentinel')))),
      Array.from({ length: 8 }, (_, i) => ({ kind: 'structure', op: i % 2 === 0 ? 'add' : 'delete' })),
    ],
    ['another table', message(12, INET, elements('other', 'v4_32', [[198, 18, 0, 1]])), []],
    ['a table whose name begins as ours', message(2, INET, name(1, 'netsentinel2')), []],
    ['another family', message(12, 2, elements('netsentinel', 'v4_32', [[198, 18, 0, 1]])), []],
    ['another subsystem', message(12, INET, elements('netsentinel', 'v4_32', [[198, 18, 0, 1]]), 1), []],
    ['an object of nftables that is none of ours', message(18, INET, name(1, 'netsentinel')), []],
    [
      'keys that are no addresses',
      message(12, INET, elements('netsentinel', 'v4_32', [[1, 2], [198, 18, 0, 1], []])),
      [{ kind: 'element', op: 'add', set: 'v4_32', elements: ['198.18.0.1'] }],
    ],
    ['a message that is longer than what there is', u32(64), [{ kind: 'lost' }]],
    ['a message without an end', message(12, INET, u32(0)).fill(0, 0, 4), [{ kind: 'lost' }]],
  ])('reads %s', (_, messages, expected) => {
    expect(read(framed(messages))).toEqual(expected);
  });

  it('tells when it listens and what was lost, however its input is cut', () => {
    const one = framed(message(12, INET, elements('netsentinel', 'v4_32', [[198, 18, 0, 1]])));
    const input = Buffer.concat([u32be(0), one, u32be(0xff_ff_ff_ff), one]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), (size) => {
        let listening = 0;
        const events: MonitorEvent[] = [];
        const messages = new NetlinkMessages(
          'netsentinel',
          (event) => events.push(event),
          () => (listening += 1),
        );
        for (let at = 0; at < input.length; at += size) expect(messages.push(input.subarray(at, at + size))).toBe(true);
        expect(listening).toBe(1);
        expect(events.map(({ kind }) => kind)).toEqual(['element', 'lost', 'element']);
      }),
    );
  });

  it('refuses a length that its reader would never write', () => {
    const messages = new NetlinkMessages('netsentinel', () => {});
    expect(messages.push(u32be(1 << 24))).toBe(false);
  });
});

function read(input: Buffer): MonitorEvent[] {
  const events: MonitorEvent[] = [];
  new NetlinkMessages('netsentinel', (event) => events.push(event)).push(input);
  return events;
}

function framed(messages: Buffer): Buffer {
  return Buffer.concat([u32be(messages.length), messages]);
}

/** With `struct nlmsghdr` and `struct nfgenmsg` before the attributes; subsystem 10 is nftables. */
function message(type: number, family: number, attributes: Buffer, subsystem = 10): Buffer {
  const header = Buffer.concat([u32(20 + attributes.length), u16((subsystem << 8) | type), Buffer.alloc(10)]);
  return Buffer.concat([header, Buffer.from([family, 0, 0, 0]), attributes]);
}

function elements(table: string, set: string, keys: readonly (readonly number[])[]): Buffer {
  const list = keys.map((key) => attribute(1 | NESTED, attribute(1 | NESTED, attribute(1, Buffer.from(key)))));
  return Buffer.concat([name(1, table), name(2, set), attribute(3 | NESTED, Buffer.concat(list))]);
}

function name(type: number, text: string): Buffer {
  return attribute(type, Buffer.from(`${text}\0`));
}

function attribute(type: number, value: Buffer): Buffer {
  return Buffer.concat([u16(4 + value.length), u16(type), value, Buffer.alloc(-value.length & 3)]);
}

function to16(bytes: readonly number[]): number[] {
  return [...bytes, ...Array.from({ length: 16 - bytes.length }, () => 0)];
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  if (LITTLE) bytes.writeUInt16LE(value);
  else bytes.writeUInt16BE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  if (LITTLE) bytes.writeUInt32LE(value);
  else bytes.writeUInt32BE(value);
  return bytes;
}

function u32be(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
