/** What every parser must do, over its own examples and over hostile input. */
import { readdirSync } from 'node:fs';
import type { EcsDocument, ParserDefinition, Refused } from '@netsentinel/contracts/parser';
import { describe, expect, it } from 'vitest';
import { RecordReader } from '../records/record-reader.ts';
import { PARSER_FAILED } from '../records/run-parser.ts';
import { sampleOf } from '../records/sample.ts';
import { recognise } from './find-parser.ts';
import { parsers } from './index.ts';

const options = { zone: 'UTC', referenceMs: Date.UTC(2026, 10, 21), trustedProxies: ['192.0.2.0/24'] };

interface Read {
  readonly documents: EcsDocument[];
  readonly refused: Refused[];
}

function read(definition: ParserDefinition, bytes: Uint8Array): Read {
  const result: Read = { documents: [], refused: [] };
  const reader = new RecordReader({
    definition,
    parse: options,
    onDocument: (document) => result.documents.push(document),
    onRefused: (refused) => result.refused.push(refused),
  });
  reader.push(bytes);
  reader.end();
  return result;
}

it('every folder is listed, once', () => {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .filter((name) => name !== 'fuzz-findings');
  expect(parsers.map(({ id }) => id).toSorted()).toEqual(folders.toSorted());
});

describe.each(parsers)('$id', ({ id, title, load }) => {
  it('is what the list says, and is known by its own examples', async () => {
    const definition = await load();
    expect(definition).toMatchObject({ id, title });
    expect(definition.examples.length).toBeGreaterThan(0);
    for (const example of definition.examples) {
      const [best] = await recognise(sampleOf(Buffer.from(`${example}\n`), true));
      expect([example, best?.definition.id]).toEqual([example, id]);
    }
  });

  it('reads its examples: a time, a kind, the original', async () => {
    const definition = await load();
    for (const example of definition.examples) {
      const { documents, refused } = read(definition, Buffer.from(`${example}\n`));
      expect(refused).toEqual([]);
      expect(documents.length).toBeGreaterThan(0);
      for (const document of documents) {
        expect(document['@timestamp']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,9}Z$/);
        expect(document.event).toMatchObject({ kind: expect.any(String), original: expect.any(String) });
        expect(document.event['dataset']).toMatch(/^[a-z0-9_]+\.[a-z0-9_]+$/);
      }
    }
  });

  it('survives its examples cut, doubled, spoiled and with wrong types', async () => {
    const definition = await load();
    for (const example of definition.examples) {
      const bytes = Buffer.from(example);
      const step = Math.max(1, Math.floor(bytes.length / 150));
      const hostile = ['"x"', '[null,{}]', '{"toString":1,"valueOf":1}', 'null', '-1e400', '""', 'true'].map((value) =>
        Buffer.from(example.replace(/:\s*("[^"]*"|-?\d+(\.\d+)?|\[[^\]]*\])/g, `:${value}`)),
      );
      hostile.push(Buffer.from(`${example}${example}`), Buffer.from(example.replace(/[ \t]+/g, '')));
      for (let at = 0; at < bytes.length; at += step) {
        hostile.push(bytes.subarray(0, at));
        const spoiled = Buffer.from(bytes);
        spoiled[at] = at % 2 === 0 ? 0 : 0xff;
        hostile.push(spoiled);
      }
      for (const input of hostile) {
        const { refused } = read(definition, input);
        expect(refused.filter(({ reason }) => reason === PARSER_FAILED)).toEqual([]);
      }
    }
  });

  it('finds nothing of its own in other people’s words', async () => {
    const definition = await load();
    for (const text of ['', 'hello world', '{"a":1}', '[]', '\0\0\0\0', '<html><body>x</body></html>', 'a,b,c\n1,2,3'])
      expect([text, definition.recognise(sampleOf(Buffer.from(text), true)) < 0.5]).toEqual([text, true]);
  });
});
