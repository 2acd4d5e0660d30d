/** The Common Event Format: what most security products write when they are asked for something that others can read. */
import {
  Refusal,
  type EcsGroup,
  type JsonObject,
  type Parsed,
  type ParserDefinition,
  type Sample,
} from '@netsentinel/contracts/parser';
import { get, textOf } from '../../text/document.ts';
import { syslogHead } from '../../text/syslog-head.ts';
import { stateless, type LocalClock } from '../stateless.ts';
import { keyOf } from './keys.ts';
import { cefBegin, readCef } from './read-cef.ts';
import { toDocument } from './to-document.ts';
import { typed } from './values.ts';

export const cef: ParserDefinition = {
  id: 'cef',
  title: 'Common Event Format (CEF)',
  module: 'cef',
  dataset: 'cef.log',
  examples: [
    'Nov 21 09:30:00 sensor CEF:0|Example|Gate|1.0|100|Login failed|7|src=198.51.100.7 spt=40000 dst=203.0.113.5 dpt=22 proto=TCP suser=root act=blocked outcome=failure msg=Login of root failed: bad password',
    'CEF:0|Example|Gate \\| Keeper|1.0|200|Web request|Low|rt=1795253400000 src=198.51.100.7 request=http://203.0.113.5/?a\\=b requestMethod=GET cs1Label=Rule cs1=Two words fname=C:\\\\temp\\\\x.exe',
  ],
  recognise,
  create: stateless({ line: readLine, object: readObject }),
};

function recognise({ lines, objects }: Sample): number {
  const texts = lines.length > 0 ? lines : objects.map((object) => carried(object) ?? '');
  const alike = texts.filter((text) => {
    const from = cefBegin(text);
    return from !== -1 && readCef(text, from) !== undefined;
  });
  return (alike.length / Math.max(1, texts.length)) * 0.98;
}

/** The record inside of what Filebeat and its like made of it. */
function carried(object: JsonObject): string | undefined {
  const original = textOf(get(object, 'event.original')) ?? textOf(object['message']);
  return original?.includes('CEF:') === true ? original : undefined;
}

function readLine(line: string, clock: LocalClock): Parsed {
  const from = cefBegin(line);
  const record = from === -1 ? undefined : readCef(line, from);
  if (record === undefined) return new Refusal('no CEF header with its seven parts');
  const values: EcsGroup = {};
  for (const [short, text] of record.extension) {
    const { name, type } = keyOf(short);
    if (name !== '__proto__') values[name] = typed(type, text, clock);
  }
  const head = syslogHead(line, clock.zone, clock.referenceMs);
  return toDocument(record, values, line, from < 8 ? { time: undefined, host: undefined } : head);
}

function readObject(object: JsonObject, _original: string, clock: LocalClock): Parsed {
  const text = carried(object);
  return text === undefined ? new Refusal('no CEF text in this object') : readLine(text, clock);
}
