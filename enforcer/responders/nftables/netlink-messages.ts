/**
 * Reads what `kernel-reader.ts` hands over: netlink messages of nftables (linux/netlink.h, linux/netfilter/nfnetlink.h, linux/netfilter/nf_tables.h),
 * of which only those about one table of the family `inet` count.
 */
import { endianness } from 'node:os';
import { formatAddress } from '@netsentinel/kernel/address';
import { LISTENING, LOST, MOST_BYTES } from './kernel-reader.ts';
import type { MonitorEvent } from './nft-monitor.ts';

const LITTLE = endianness() === 'LE';
/** `struct nlmsghdr`: length, type, flags, sequence, port. */
const HEADER = 16;
/** `struct nfgenmsg`: family, version, resource. */
const NF_HEADER = 4;
const ATTRIBUTE_HEADER = 4;
/** The upper two bits of an attribute's type are flags. */
const TYPE_MASK = 0x3f_ff;
const NFNL_SUBSYS_NFTABLES = 10;
const NFPROTO_INET = 1;
/** `enum nf_tables_msg_types`: of what things we keep, whether it came or went. */
const STRUCTURE = new Map<number, 'add' | 'delete'>([
  [0, 'add'], // NFT_MSG_NEWTABLE
  [2, 'delete'],
  [3, 'add'], // NFT_MSG_NEWCHAIN
  [5, 'delete'],
  [6, 'add'], // NFT_MSG_NEWRULE
  [8, 'delete'],
  [9, 'add'], // NFT_MSG_NEWSET
  [11, 'delete'],
]);
const NEW_ELEMENTS = 12;
const DELETED_ELEMENTS = 14;
const NEW_GENERATION = 15;
/** Its attribute 1 is the name of the table in all of these; in those of elements, 2 that of the set and 3 the list. */
const [TABLE, SET, ELEMENTS] = [1, 2, 3];
const LIST_ELEMENT = 1;
const ELEMENT_KEY = 1;
const DATA_VALUE = 1;
const NAME = /^[\w.-]{1,255}$/;

export class NetlinkMessages {
  readonly #table: string;
  readonly #onEvent: (event: MonitorEvent) => void;
  readonly #onListening: () => void;
  #rest: Buffer = Buffer.alloc(0);

  constructor(table: string, onEvent: (event: MonitorEvent) => void, onListening: () => void = () => {}) {
    this.#table = table;
    this.#onEvent = onEvent;
    this.#onListening = onListening;
  }

  /** Takes what the reader wrote, cut anywhere. False: this is no reader's output, or not any more. */
  push(chunk: Buffer): boolean {
    let rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (rest.length >= 4) {
      const length = rest.readUInt32BE(0);
      if (length === LISTENING || length === LOST) {
        if (length === LOST) this.#onEvent({ kind: 'lost' });
        else this.#onListening();
        rest = rest.subarray(4);
        continue;
      }
      if (length > MOST_BYTES) return false;
      if (rest.length < 4 + length) break;
      for (const event of readMessages(rest.subarray(4, 4 + length), this.#table)) this.#onEvent(event);
      rest = rest.subarray(4 + length);
    }
    this.#rest = rest;
    return true;
  }
}

/** What these messages say about our table. What is malformed says that something was lost. */
export function* readMessages(bytes: Buffer, table: string): Generator<MonitorEvent> {
  let at = 0;
  while (at < bytes.length) {
    const length = at + HEADER <= bytes.length ? u32(bytes, at) : 0;
    if (length < HEADER || at + length > bytes.length) {
      yield { kind: 'lost' };
      return;
    }
    const event = readMessage(bytes.subarray(at, at + length), table);
    if (event !== undefined) yield event;
    at += align(length);
  }
}

function readMessage(message: Buffer, table: string): MonitorEvent | undefined {
  const type = u16(message, 4);
  if (type >> 8 !== NFNL_SUBSYS_NFTABLES || message.length < HEADER + NF_HEADER) return undefined;
  const kind = type & 0xff;
  if (kind === NEW_GENERATION) return { kind: 'generation' };
  const op = kind === NEW_ELEMENTS ? 'add' : kind === DELETED_ELEMENTS ? 'delete' : STRUCTURE.get(kind);
  if (op === undefined || message[HEADER] !== NFPROTO_INET) return undefined;
  const isOfElements = kind === NEW_ELEMENTS || kind === DELETED_ELEMENTS;
  let [ofTable, set, list]: [boolean, string | undefined, Buffer | undefined] = [false, undefined, undefined];
  for (const [attribute, value] of attributes(message.subarray(HEADER + NF_HEADER))) {
    if (attribute === TABLE) ofTable = text(value) === table;
    else if (!isOfElements) continue;
    else if (attribute === SET) set = text(value);
    else if (attribute === ELEMENTS) list = value;
  }
  if (!ofTable) return undefined;
  if (!isOfElements) return { kind: 'structure', op };
  if (set === undefined || list === undefined) return undefined;
  const elements: string[] = [];
  for (const [attribute, element] of attributes(list)) {
    const key = attribute === LIST_ELEMENT ? inside(inside(element, ELEMENT_KEY), DATA_VALUE) : undefined;
    const address = key === undefined ? undefined : addressText(key);
    if (address !== undefined) elements.push(address);
  }
  return { kind: 'element', op, set, elements };
}

/** Type and value of each attribute, as far as they are whole. */
function* attributes(bytes: Buffer): Generator<readonly [number, Buffer]> {
  let at = 0;
  while (at + ATTRIBUTE_HEADER <= bytes.length) {
    const length = u16(bytes, at);
    if (length < ATTRIBUTE_HEADER || at + length > bytes.length) return;
    yield [u16(bytes, at + 2) & TYPE_MASK, bytes.subarray(at + ATTRIBUTE_HEADER, at + length)];
    at += align(length);
  }
}

/** The first attribute of this type. */
function inside(bytes: Buffer | undefined, type: number): Buffer | undefined {
  if (bytes === undefined) return undefined;
  for (const [found, value] of attributes(bytes)) if (found === type) return value;
  return undefined;
}

/** A name, which ends with a zero byte. */
function text(value: Buffer): string | undefined {
  const end = value.indexOf(0);
  const name = value.toString('latin1', 0, end < 0 ? value.length : end);
  return NAME.test(name) ? name : undefined;
}

function addressText(key: Buffer): string | undefined {
  if (key.length === 4) return key.join('.');
  return key.length === 16 ? formatAddress({ family: 6, value: BigInt(`0x${key.toString('hex')}`) }) : undefined;
}

function u16(bytes: Buffer, at: number): number {
  return LITTLE ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
}

function u32(bytes: Buffer, at: number): number {
  return LITTLE ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
}

function align(length: number): number {
  return (length + 3) & ~3;
}
