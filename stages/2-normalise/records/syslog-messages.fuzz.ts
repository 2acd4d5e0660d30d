/** Whatever comes by syslog, and after whatever came before: a document that becomes a valid event, or a refusal; never an exception. */
import { Event } from '@netsentinel/contracts/event';
import { Refusal } from '@netsentinel/contracts/parser';
import { toEvent } from '../event/to-event.ts';
import { allParsers } from '../parsers/find-parser.ts';
import { PARSER_FAILED } from './run-parser.ts';
import { SyslogMessages } from './syslog-messages.ts';

const definitions = await allParsers();
const receivedAt = Date.UTC(2026, 10, 21);
const HEADS = ['<134>Nov 21 09:30:00 web1 app[12]: ', '<134>1 2026-11-21T09:30:00Z web1 app 12 - [a b="c"] '];

/** Messages in a row, each on its line. */
export const seeds: readonly Uint8Array[] = definitions.flatMap(({ examples }) =>
  HEADS.map((head) =>
    Buffer.from(
      examples
        .slice(0, 4)
        .map((example) => `${head}${example}`)
        .join('\n'),
    ),
  ),
);

export function fuzz(data: Uint8Array): void {
  const messages = new SyslogMessages({
    definitions,
    parse: { zone: 'UTC', referenceMs: receivedAt, trustedProxies: [] },
  });
  let sequence = 0;
  for (const message of Buffer.from(data).toString('utf8').split('\n').slice(0, 64)) {
    const { parsed } = messages.read(message, '192.0.2.1', false);
    if (parsed instanceof Refusal) {
      if (parsed.reason === PARSER_FAILED) throw new Error(parsed.reason);
      continue;
    }
    if (parsed.event.original !== message) throw new Error('the original is not what came');
    const stamp = {
      sensor: { id: 'fuzz', type: 'syslog' },
      epoch: 'fuzz',
      sequence: sequence++,
      receivedAt,
      sourceVerified: false,
    };
    const checked = Event.safeParse(toEvent(parsed, stamp));
    if (!checked.success) throw new Error(checked.error.message);
  }
}
