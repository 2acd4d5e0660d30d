/**
 * Fuzz target: every parser, over bytes that begin as one of its examples did. The first byte says which parser; the rest is a file. A parser never throws,
 * and whatever it answers becomes a valid event within its size.
 */
import { Event, MAX_EVENT_BYTES } from '@netsentinel/contracts/event';
import type { ParserDefinition } from '@netsentinel/contracts/parser';
import { toEvent } from '../event/to-event.ts';
import { RecordReader } from '../records/record-reader.ts';
import { PARSER_FAILED } from '../records/run-parser.ts';
import { sampleOf } from '../records/sample.ts';
import { parsers } from './index.ts';

const definitions: readonly ParserDefinition[] = await Promise.all(parsers.map(({ load }) => load()));

export const seeds: readonly Uint8Array[] = definitions.flatMap(({ examples }, index) =>
  examples.map((example) => Buffer.concat([Buffer.from([index]), Buffer.from(example)])),
);

const receivedAt = Date.UTC(2026, 10, 21);

export function fuzz(data: Uint8Array): void {
  const definition = definitions[(data[0] ?? 0) % definitions.length]!;
  const bytes = data.subarray(1);
  const confidence = definition.recognise(sampleOf(bytes, true));
  if (!(confidence >= 0 && confidence <= 1)) throw new Error(`${definition.id}: confidence ${confidence}`);
  let sequence = 0;
  const reader = new RecordReader({
    definition,
    parse: { zone: 'UTC', referenceMs: receivedAt, trustedProxies: ['192.0.2.0/24'] },
    onDocument: (document) => {
      const stamp = {
        sensor: { id: 'fuzz', type: 'file' },
        epoch: 'fuzz',
        sequence: sequence++,
        receivedAt,
        sourceVerified: true,
      };
      const event = toEvent(document, stamp);
      const checked = Event.safeParse(event);
      if (!checked.success) throw new Error(`${definition.id}: ${checked.error.message}`);
      if (Buffer.byteLength(JSON.stringify(event)) > MAX_EVENT_BYTES) throw new Error(`${definition.id}: too large`);
    },
    onRefused: ({ reason }) => {
      if (reason === PARSER_FAILED) throw new Error(`${definition.id}: ${reason}`);
    },
  });
  reader.push(bytes);
  reader.end();
}
