/**
 * The ways in which a format may stand in a syslog message: as the whole message, where its parser knows what comes before it; behind the envelope as files in
 * /var/log have it; or alone, as the text that the envelope carried.
 */
import type { EcsGroup, JsonObject, Sample } from '@netsentinel/contracts/parser';
import type { Envelope } from '../parsers/syslog/envelope.ts';
import { logOf } from '../parsers/syslog/log-fields.ts';
import { isoTime } from '../text/time.ts';
import { parsedObject } from './sample.ts';
import { unwrap, type Enveloped } from './unwrap.ts';

/** `unmarked`: all behind the priority. `bare`: without any envelope, a line all the same. */
export type Form = 'whole' | 'file' | 'payload' | 'unmarked' | 'bare';

export interface Message {
  readonly line: string;
  /** Undefined where neither a priority nor a time stands at the begin. */
  readonly envelope: Readonly<Envelope> | undefined;
}

export interface Taken {
  readonly line: string;
  readonly object?: JsonObject;
  /** Where the object was itself somebody's envelope. */
  readonly enveloped?: Enveloped;
}

/** What a parser of that form is given; undefined where the message has it not. */
export function takeForm(message: Message, form: Form): Taken | undefined {
  const { line, envelope } = message;
  if (form === 'whole') return { line };
  // RFC 3164, section 4.3.3: what has no header is a message of a user's, <13>.
  if (form === 'bare') return { line: `<13>${line}` };
  if (form === 'payload') return opened(line.slice(envelope?.at ?? 0));
  if (form === 'unmarked') return line.charCodeAt(0) === 0x3c ? { line: line.slice(line.indexOf('>') + 1) } : undefined;
  form satisfies 'file';
  return envelope === undefined ? undefined : { line: asInFile(line, envelope) };
}

/** Each form of the message that there is, as a sample to recognise; the one that keeps most of it first. */
export function formsOf(message: Message): { form: Form; sample: Sample }[] {
  const fileName = message.envelope?.program;
  const forms: readonly Form[] =
    message.envelope === undefined || message.envelope.at === 0
      ? ['payload']
      : ['whole', 'file', 'payload', 'unmarked'];
  return forms.flatMap((form) => {
    const taken = takeForm(message, form);
    if (taken === undefined) return [];
    const { line, object } = taken;
    const sample = object === undefined ? { lines: [line], objects: [] } : { lines: [], objects: [object] };
    return [{ form, sample: { ...sample, fileName } }];
  });
}

/** What the envelope knows of a record that was parsed without it. */
export function knownOf({ envelope }: Message): EcsGroup | undefined {
  if (envelope === undefined) return undefined;
  const { ms, host, program, pid } = envelope;
  return {
    '@timestamp': isoTime(ms),
    host: host === undefined ? undefined : { hostname: host, name: host },
    process: program === undefined ? undefined : { name: program, pid },
    log: logOf(envelope),
  };
}

/** Messages of one program that look alike are of one format. Only the begin of the text is looked at, and a few words that whoever logs it has put there. */
export function shapeOf({ line, envelope }: Message): string {
  const at = envelope?.at ?? 0;
  switch (line.charCodeAt(at)) {
    case 0x7b:
      return 'object';
    case 0x25:
      return 'percent';
    case 0x43:
      if (line.startsWith('CEF:', at)) return 'cef';
      break;
    case 0x4c:
      if (line.startsWith('LEEF:', at)) return 'leef';
      break;
    default:
  }
  if (line.includes('" ', at)) return 'quoted';
  if (line.includes('%', at)) return 'with-percent';
  if (line.includes(' SRC=', at)) return 'packet';
  return 'text';
}

const MAX_HEAD = 256;

/** `TIME HOST PROGRAM[PID]: MESSAGE`. */
function asInFile(line: string, { ms, host, program, pid, at }: Readonly<Envelope>): string {
  const time = isoTime(ms) ?? '1970-01-01T00:00:00.000Z';
  const tag = program === undefined ? '' : pid === undefined ? `${program}: ` : `${program}[${pid}]: `;
  return `${time} ${(host ?? 'localhost').slice(0, MAX_HEAD)} ${tag}${line.slice(at)}`;
}

function opened(payload: string): Taken {
  if (payload.charCodeAt(0) !== 0x7b) return { line: payload };
  const object = parsedObject(payload);
  if (object === undefined) return { line: payload };
  const enveloped = unwrap(object);
  if (enveloped === undefined) return { line: payload, object };
  return enveloped.object === undefined
    ? { line: enveloped.line!, enveloped }
    : { line: enveloped.original, object: enveloped.object, enveloped };
}
