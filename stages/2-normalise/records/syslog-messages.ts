/**
 * Messages that came by syslog, each with whoever sent it: finds the format of what is inside (a firewall's, CEF, an access log, JSON …), message by message,
 * since programs of one sender write different ones. What a sender's program writes is recognised once for each shape of message and then remembered; a message
 * that its parser refuses is looked at anew. With nothing special inside it is a line of syslog.
 *
 * What is inside may be forged by whoever makes a program log it. So the daemons whose messages we know are never taken for anything else, and a program that
 * has only written plain text for long is believed to go on so.
 */
import type { MessageSource, ReadMessage } from '@netsentinel/contracts/collector';
import {
  Refusal,
  type EcsDocument,
  type Parser,
  type ParserDefinition,
  type ParseOptions,
} from '@netsentinel/contracts/parser';
import { recogniseAmong } from '../parsers/find-parser.ts';
import { readEnvelope } from '../parsers/syslog/envelope.ts';
import { isKnownProgram, KERNEL } from '../parsers/syslog/readers/index.ts';
import { syslog } from '../parsers/syslog/syslog.parser.ts';
import { put } from '../text/document.ts';
import { zoneOf, type Zone } from '../text/zone.ts';
import { addEnvelope } from './unwrap.ts';
import { formsOf, knownOf, shapeOf, takeForm, type Form, type Message } from './message-forms.ts';
import { nameDocument, parseLine, parseObject } from './run-parser.ts';

export interface SyslogMessagesOptions {
  /** All that may be inside. */
  readonly definitions: readonly ParserDefinition[];
  /** Everything is of this format, without looking. */
  readonly only?: ParserDefinition | undefined;
  /** Its `referenceMs` is read for each message, and so moves on. */
  readonly parse: ParseOptions;
}

interface Found {
  readonly definition: ParserDefinition;
  readonly form: Form;
}

/** How the messages of one shape from one program are read. */
interface Route extends Found {
  messages: number;
}

/** What one program of one sender writes. */
interface Program {
  /** By the message's shape. */
  readonly routes: Map<string, Route>;
  /** Messages with nothing special inside, since the last special one. */
  plain: number;
}

/** What is known of one sender. Nothing in it is kept for ever. */
interface Sender {
  readonly programs: Map<string, Program>;
  readonly parsers: Map<string, Parser>;
}

/** Senders remembered; forged addresses are cheap. */
const MAX_SENDERS = 1024;
const MAX_PROGRAMS = 512;
const MAX_PARSERS = 512;
/** A program that wrote so many plain messages writes plain messages. */
const PLAIN_FOR_GOOD = 1000;
/** Below this a message is a line of syslog and no more. */
const SPECIAL = 0.56;

export class SyslogMessages implements MessageSource {
  readonly #options: SyslogMessagesOptions;
  readonly #zone: Zone;
  readonly #definitions: readonly ParserDefinition[];
  /** Least recently heard first. */
  readonly #senders = new Map<string, Sender>();
  #latest: { readonly address: string; readonly sender: Sender } | undefined;

  constructor(options: SyslogMessagesOptions) {
    this.#options = options;
    this.#zone = zoneOf(options.parse.zone) ?? zoneOf('UTC')!;
    this.#definitions = options.definitions.filter(({ id }) => id !== syslog.id);
  }

  read(line: string, address: string, cut: boolean): ReadMessage {
    const answer = this.#parse(this.#messageOf(line), this.#senderAt(address));
    const { parsed } = answer;
    if (parsed instanceof Refusal) return answer;
    if (cut) put(parsed, 'netsentinel.truncated', ['event.original']);
    const log = (parsed['log'] ??= {}) as Record<string, unknown>;
    log['source'] = { address };
    return answer;
  }

  #messageOf(line: string): Message {
    const envelope = readEnvelope(line, this.#zone, this.#options.parse.referenceMs);
    return envelope === undefined ? { line, envelope: undefined } : { line, envelope: { ...envelope } };
  }

  #parse(message: Message, sender: Sender): ReadMessage {
    const program = message.envelope?.program;
    if (this.#options.only === undefined && program !== undefined && isKnownProgram(program))
      return this.#run(PLAIN, message, sender);
    const entry = this.#programOf(sender, program ?? '');
    const route = this.#routeOf(entry, message);
    if (route.definition !== syslog) entry.plain = 0;
    // What has no program, and what the kernel says, no client can write.
    else if (program !== undefined && program !== KERNEL) entry.plain++;
    const answer = this.#run(route, message, sender);
    if (!(answer.parsed instanceof Refusal) || route.definition === syslog) return answer;
    const other = this.#options.only === undefined ? this.#recognise(message) : PLAIN;
    if (other.definition !== route.definition || other.form !== route.form) {
      const second = this.#run(other, message, sender);
      if (!(second.parsed instanceof Refusal)) return second;
    }
    // What is of no format that we know is a line of syslog, and where it is not even that, its sender and its time are all that is known of it.
    return this.#run(message.envelope === undefined ? BARE : PLAIN, message, sender);
  }

  #recognise(message: Message): Found {
    const { only } = this.#options;
    const among = only === undefined ? this.#definitions : [only];
    const found: (Found & { confidence: number })[] = [];
    for (const { form, sample } of formsOf(message)) {
      const [best] = recogniseAmong(among, sample);
      // Of JSON, and of a line without an envelope, syslog could say nothing: any guess says more.
      const least = only !== undefined || sample.objects.length > 0 || message.envelope === undefined ? 0 : SPECIAL;
      if (best !== undefined && best.confidence > least) found.push({ ...best, form });
    }
    const surest = Math.max(...found.map(({ confidence }) => confidence));
    const equals = found.filter(({ confidence }) => confidence === surest);
    // A parser may read a message with something in front of it, and miss what it is about: who names a source has understood it.
    return (
      equals.find(({ definition, form }) => {
        if (equals.length === 1) return true;
        const parser = definition.create(this.#options.parse);
        const document = readForm(message, form, definition, parser);
        return !(document instanceof Refusal) && document.source?.ip !== undefined;
      }) ??
      equals[0] ??
      (message.envelope === undefined ? BARE : PLAIN)
    );
  }

  #run({ definition, form }: Found, message: Message, sender: Sender): ReadMessage {
    const parser = this.#parserOf(definition, sender, message.envelope?.program);
    return { parsed: readForm(message, form, definition, parser), definition };
  }

  #programOf({ programs }: Sender, name: string): Program {
    let program = programs.get(name);
    if (program === undefined) {
      if (programs.size >= MAX_PROGRAMS) programs.clear();
      program = { routes: new Map(), plain: 0 };
      programs.set(name, program);
    }
    return program;
  }

  #routeOf(program: Program, message: Message): Route {
    const shape = shapeOf(message);
    let route = program.routes.get(shape);
    if (route === undefined) {
      const found = program.plain >= PLAIN_FOR_GOOD ? PLAIN : this.#recognise(message);
      route = { ...found, messages: 0 };
      program.routes.set(shape, route);
    }
    const count = ++route.messages;
    // Plain so far: now and then it is looked at again.
    if (route.definition === syslog && count > 1 && program.plain < PLAIN_FOR_GOOD && isPowerOfTwo(count)) {
      const again = this.#recognise(message);
      if (again.definition !== syslog) {
        route = { ...again, messages: 1 };
        program.routes.set(shape, route);
      }
    }
    return route;
  }

  #parserOf(definition: ParserDefinition, sender: Sender, program: string | undefined): Parser {
    // Zeek's JSON says in its file's name which log it is, and so does a tag.
    const named = definition.id === 'zeek' ? program : undefined;
    const key = named === undefined ? definition.id : `${definition.id}/${named}`;
    let parser = sender.parsers.get(key);
    if (parser === undefined) {
      if (sender.parsers.size >= MAX_PARSERS) sender.parsers.clear();
      parser = definition.create(named === undefined ? this.#options.parse : withName(this.#options.parse, named));
      sender.parsers.set(key, parser);
    }
    return parser;
  }

  #senderAt(address: string): Sender {
    if (this.#latest?.address === address) return this.#latest.sender;
    let sender = this.#senders.get(address);
    if (sender === undefined) sender = { programs: new Map(), parsers: new Map() };
    else this.#senders.delete(address);
    this.#senders.set(address, sender);
    if (this.#senders.size > MAX_SENDERS) {
      const [oldest] = this.#senders.keys();
      this.#senders.delete(oldest!);
    }
    this.#latest = { address, sender };
    return sender;
  }
}

const PLAIN = { definition: syslog, form: 'whole' } as const;
const BARE = { definition: syslog, form: 'bare' } as const;
const NOT_OF_THIS_FORM = new Refusal('not of the form that this program writes');
const NOTHING_IN_IT = new Refusal('a header or a comment, which is no record by syslog');

/** Their `referenceMs` may be a getter: a copy would stop the time. */
function withName(parse: ParseOptions, fileName: string): ParseOptions {
  return Object.create(parse, { fileName: { value: fileName, enumerable: true } }) as ParseOptions;
}

/** The document of a message that stands in this form. */
function readForm(message: Message, form: Form, definition: ParserDefinition, parser: Parser): EcsDocument | Refusal {
  const taken = takeForm(message, form);
  if (taken === undefined) return NOT_OF_THIS_FORM;
  const parsed =
    taken.object === undefined ? parseLine(parser, taken.line) : parseObject(parser, taken.object, taken.line);
  if (parsed === undefined) return NOTHING_IN_IT;
  if (parsed instanceof Refusal) return parsed;
  if (taken.enveloped !== undefined) addEnvelope(parsed, taken.enveloped);
  const known = form === 'whole' ? undefined : knownOf(message);
  if (known !== undefined) addEnvelope(parsed, { original: '', known });
  // What was put in front of a bare line is ours.
  if (form === 'bare') delete parsed['log'];
  parsed.event.original = message.line;
  nameDocument(parsed, definition);
  return parsed;
}

function isPowerOfTwo(count: number): boolean {
  return (count & (count - 1)) === 0;
}
