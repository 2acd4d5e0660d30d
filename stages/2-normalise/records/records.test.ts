/** From bytes to records: however they are cut, long, broken or wrapped. */
import {
  Refusal,
  type EcsDocument,
  type Parser,
  type ParserDefinition,
  type Refused,
} from '@netsentinel/contracts/parser';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Lines } from './lines.ts';
import { RecordReader } from './record-reader.ts';
import { PARSER_FAILED } from './run-parser.ts';
import { looksLikeJson, sampleOf } from './sample.ts';

/** Lines as documents; `bad` is refused, `#` is nothing, `throw` is a bug. */
function definitionOf(parser: Partial<Parser>, continues?: (line: string) => boolean): ParserDefinition {
  return {
    id: 'test',
    title: 'Test',
    module: 'test',
    dataset: 'test.log',
    examples: [],
    recognise: () => 0,
    create: () => parser,
    ...(continues === undefined ? {} : { continues }),
  };
}

const lineParser: Parser = {
  line: (line) => {
    if (line === 'throw') throw new Error('bug');
    return line.startsWith('#') ? undefined : line === 'bad' ? new Refusal('bad') : { event: { original: line } };
  },
};
const objectParser: Parser = { object: (object, original) => ({ event: { original }, found: object }) };

function read(definition: ParserDefinition, bytes: string | Buffer, size = 1 << 20, maxRecordBytes?: number) {
  const documents: EcsDocument[] = [];
  const lines: number[] = [];
  const refused: Refused[] = [];
  const reader = new RecordReader({
    definition,
    parse: { zone: 'UTC', referenceMs: 0, trustedProxies: [] },
    onDocument: (document, line) => {
      documents.push(document);
      lines.push(line);
    },
    onRefused: (one) => refused.push(one),
    ...(maxRecordBytes === undefined ? {} : { maxRecordBytes }),
  });
  const all = Buffer.from(bytes);
  for (let at = 0; at < all.length; at += size) reader.push(all.subarray(at, at + size));
  reader.end();
  return {
    documents,
    originals: documents.map(({ event }) => event.original),
    lines,
    refused,
    cutBytes: reader.cutBytes,
  };
}

describe('lines', () => {
  it('are the same however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string().map((text) => text.replace(/[\r\n]/g, ' '))),
        fc.integer({ min: 1, max: 20 }),
        (list, size) => {
          const found: string[] = [];
          const lines = new Lines({ onLine: (line) => found.push(line) });
          const bytes = Buffer.from(list.map((line) => `${line}\n`).join(''));
          for (let at = 0; at < bytes.length; at += size) lines.push(bytes.subarray(at, at + size));
          lines.end();
          expect(found).toEqual(list.map((line, i) => (i === 0 ? line.replace(/^\uFEFF/, '') : line)));
        },
      ),
    );
  });

  it('keep NULs and survive invalid UTF-8, CRLF and a byte order mark', () => {
    const bytes = Buffer.concat([Buffer.from('\uFEFFa\0b\r\n'), Buffer.from([0xff, 0x62]), Buffer.from('\nlast')]);
    for (const size of [1, 100])
      expect(read(definitionOf(lineParser), bytes, size).originals).toEqual(['a\0b', '\uFFFDb', 'last']);
  });

  it('that are too long are cut, and every byte is accounted for', () => {
    for (const size of [7, 10_000]) {
      const { originals, cutBytes, documents } = read(
        definitionOf(lineParser),
        `short\n${'x'.repeat(1000)}\nnext\n`,
        size,
        100,
      );
      expect(originals).toEqual(['short', 'x'.repeat(100), 'next']);
      expect(cutBytes).toBe(900);
      expect(documents.map(({ netsentinel }) => netsentinel)).toEqual([
        undefined,
        { truncated: ['event.original'] },
        undefined,
      ]);
    }
  });
});

describe('records', () => {
  it('are documents, refusals, or nothing, with the line that they stand on', () => {
    const { originals, lines, refused } = read(definitionOf(lineParser), '# head\none\n\nbad\nthrow\ntwo');
    expect(originals).toEqual(['one', 'two']);
    expect(lines).toEqual([2, 6]);
    expect(refused).toEqual([
      { reason: 'bad', original: 'bad' },
      { reason: PARSER_FAILED, original: 'throw' },
    ]);
  });

  it('get the format’s module, data set and kind where they name none', () => {
    expect(read(definitionOf(lineParser), 'one').documents[0]!.event).toMatchObject({
      kind: 'event',
      module: 'test',
      dataset: 'test.log',
    });
  });

  it('of several lines are joined', () => {
    const definition = definitionOf(lineParser, (line) => line.startsWith(' '));
    const { originals, lines } = read(definition, 'one\n more\n\n and more\ntwo\n', 3);
    expect(originals).toEqual(['one\n more', ' and more', 'two']);
    expect(lines).toEqual([1, 4, 5]);
  });

  it('are handed on when nothing follows for now', () => {
    const found: unknown[] = [];
    const reader = new RecordReader({
      definition: definitionOf(lineParser, (line) => line.startsWith(' ')),
      parse: { zone: 'UTC', referenceMs: 0, trustedProxies: [] },
      onDocument: ({ event }) => found.push(event.original),
      onRefused: () => undefined,
    });
    reader.push(Buffer.from('one\n two\nthree\n'));
    expect(found).toEqual(['one\n two']);
    reader.settle();
    expect(found).toEqual(['one\n two', 'three']);
  });

  it('are read on from the middle of a file with the headers that were seen', () => {
    const options = {
      definition: { ...definitionOf(lineParser), isHeader: (line: string) => line.startsWith('#') },
      parse: { zone: 'UTC', referenceMs: 0, trustedProxies: [] },
      onDocument: () => undefined,
      onRefused: () => undefined,
    };
    const reader = new RecordReader(options);
    reader.push(Buffer.from('#a\n#b\none\n#c\n#d\ntwo\n'));
    expect(reader.headers).toEqual(['#c', '#d']);
    expect(new RecordReader({ ...options, headers: reader.headers }).headers).toEqual(['#c', '#d']);
  });

  it('are JSON objects in lines, in an array, or over many lines', () => {
    const list = [{ a: 1 }, { a: '\n' }];
    for (const text of [
      list.map((one) => JSON.stringify(one)).join('\n'),
      JSON.stringify(list),
      JSON.stringify(list, null, 2),
    ])
      for (const size of [1, 1000])
        expect(read(definitionOf(objectParser), text, size).documents.map(({ found }) => found)).toEqual(list);
  });

  it('that are no JSON among JSON are refused with their text', () => {
    expect(read(definitionOf(objectParser), '{"a":1}\n{"a":\n{"a":2}\n').refused).toEqual([
      { reason: 'this is no JSON object', original: '{"a":' },
    ]);
    expect(read(definitionOf(objectParser), 'plain').refused[0]!.reason).toBe('this is no JSON object');
  });

  it('come out of the envelopes of those who carried them', () => {
    const splunk = { result: { _raw: 'one', host: 'web1', source: '/var/log/x' } };
    const docker = { log: 'two\n', stream: 'stdout', time: '2026-11-21T09:30:00Z' };
    const nested = { result: { _raw: '{"a":1}' } };
    const { documents, originals } = read(
      definitionOf(lineParser),
      [splunk, docker].map((one) => JSON.stringify(one)).join('\n'),
    );
    expect(originals).toEqual(['one', 'two']);
    expect(documents[0]).toMatchObject({ host: { name: 'web1' }, log: { file: { path: '/var/log/x' } } });
    const journal = {
      __REALTIME_TIMESTAMP: '1795253400000000',
      _HOSTNAME: 'web1',
      SYSLOG_IDENTIFIER: 'sshd',
      _PID: '7',
      MESSAGE: 'three',
    };
    const beat = {
      '@timestamp': '2026-11-21T09:30:00.000Z',
      message: 'four',
      host: { name: 'web2' },
      agent: { type: 'filebeat' },
    };
    const carried = read(
      definitionOf(lineParser),
      [journal, beat].map((one) => JSON.stringify(one)).join('\n'),
    ).documents;
    expect(carried[0]!.event.original).toBe('2026-11-21T09:30:00.000Z web1 sshd[7]: three');
    expect(carried[1]).toMatchObject({
      '@timestamp': beat['@timestamp'],
      event: { original: 'four' },
      host: { name: 'web2' },
    });
    const fluent = { date: 1795253400.125, log: 'five', path: '/var/log/x', stream: 'stdout' };
    const file = {
      message: 'six',
      timestamp: '2026-11-21T09:30:00Z',
      source_type: 'file',
      file: '/var/log/y',
      host: 'web3',
    };
    const daemon = { ...file, message: 'seven', source_type: 'syslog', appname: 'sshd', procid: 8, hostname: 'web4' };
    const shipped = read(
      definitionOf(lineParser),
      [fluent, file, daemon].map((one) => JSON.stringify(one)).join('\n'),
    ).documents;
    expect(shipped).toMatchObject([
      { '@timestamp': '2026-11-21T09:30:00.125Z', event: { original: 'five' }, log: { file: { path: '/var/log/x' } } },
      { event: { original: 'six' }, host: { name: 'web3' }, log: { file: { path: '/var/log/y' } } },
      { event: { original: '2026-11-21T09:30:00.000Z web4 sshd[8]: seven' } },
    ]);
    expect(
      read(definitionOf(objectParser), JSON.stringify({ ...fluent, level: 'info' })).documents[0]!['found'],
    ).toBeDefined();
    const event = { ...beat, source: { ip: '192.0.2.1' }, event: { kind: 'event' } };
    expect(read(definitionOf(objectParser), JSON.stringify(event)).documents[0]!['found']).toEqual(event);
    expect(read(definitionOf(objectParser), JSON.stringify(nested)).documents[0]).toMatchObject({
      found: { a: 1 },
      event: { original: '{"a":1}' },
    });
  });
});

describe('a sample', () => {
  it('has the lines that are complete, or the objects', () => {
    expect(sampleOf(Buffer.from('one\r\n\ntwo\nthr'), false).lines).toEqual(['one', 'two']);
    expect(sampleOf(Buffer.from('one\ntwo'), true).lines).toEqual(['one', 'two']);
    expect(sampleOf(Buffer.from('[{"a":1},{"a":2}]'), true)).toMatchObject({
      lines: [],
      objects: [{ a: 1 }, { a: 2 }],
    });
    expect(sampleOf(Buffer.from(`${JSON.stringify({ result: { _raw: 'inside' } })}\n`), true)).toMatchObject({
      lines: ['inside'],
      objects: [],
    });
    expect(sampleOf(Buffer.alloc(0), true)).toMatchObject({ lines: [], objects: [] });
  });

  it.each([
    ['{"a":1}', true],
    ['\uFEFF [ {"a"', true],
    ['{}', true],
    ['[Sat Nov 21] x', false],
    ['{x} y', false],
    ['', false],
  ])('looks like JSON: %s', (text, json) => {
    expect(looksLikeJson(Buffer.from(text))).toBe(json);
  });
});
