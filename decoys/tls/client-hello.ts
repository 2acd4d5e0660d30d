/**
 * Reads the first message of a TLS client before TLS itself does: what it offers says which program it is. The message may lie in several records
 * (RFC 8446 section 5.1) and arrive in any number of pieces; nothing is taken away from the bytes.
 */

export interface ClientHello {
  /** Of the message, not of the record: 0x0303 for TLS 1.2 and 1.3. */
  readonly version: number;
  readonly cipherSuites: readonly number[];
  /** Types in the order sent, GREASE included. */
  readonly extensions: readonly number[];
  readonly supportedGroups: readonly number[];
  readonly pointFormats: readonly number[];
  readonly signatureAlgorithms: readonly number[];
  readonly supportedVersions: readonly number[];
  readonly alpn: readonly string[];
  readonly serverName: string | undefined;
}

const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
/** OpenSSL takes a ClientHello of up to 16 KiB + 4 and more; what is longer than this nobody sends in earnest. */
const MAX_HELLO_BYTES = 65_536;
const EXTENSION = { serverName: 0, groups: 10, pointFormats: 11, signatureAlgorithms: 13, alpn: 16, versions: 43 };

/** `more` while the message is incomplete, `none` where it is no TLS or no ClientHello. */
export function readClientHello(bytes: Uint8Array): ClientHello | 'more' | 'none' {
  const message = reassemble(bytes);
  if (typeof message === 'string') return message;
  const view = new Reader(message);
  try {
    return parse(view);
  } catch (error) {
    if (error instanceof RangeError) return 'none';
    throw error;
  }
}

/** The body of the first handshake message out of its records. */
function reassemble(bytes: Uint8Array): Buffer | 'more' | 'none' {
  const pieces: Buffer[] = [];
  let gathered = 0;
  let wanted = 4;
  for (let at = 0; ;) {
    if (at < bytes.length && bytes[at] !== HANDSHAKE) return 'none';
    if (at + 1 < bytes.length && bytes[at + 1] !== 3) return 'none';
    if (at + 5 > bytes.length) return 'more';
    const length = (bytes[at + 3]! << 8) | bytes[at + 4]!;
    if (length === 0 || length > 16_640) return 'none';
    const piece = Buffer.from(bytes.buffer, bytes.byteOffset + at + 5, Math.min(length, bytes.length - at - 5));
    pieces.push(piece);
    gathered += piece.length;
    if (pieces[0]!.length > 0 && pieces[0]![0] !== CLIENT_HELLO) return 'none';
    if (wanted === 4 && gathered >= 4) {
      const head = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
      wanted = 4 + head.readUIntBE(1, 3);
      if (wanted > MAX_HELLO_BYTES) return 'none';
    }
    if (gathered >= wanted && wanted > 4) return Buffer.concat(pieces).subarray(4, wanted);
    if (piece.length < length) return 'more';
    if (wanted === 4 && gathered >= 4) return 'none';
    at += 5 + length;
  }
}

function parse(hello: Reader): ClientHello {
  const version = hello.u16();
  hello.bytes(32);
  hello.vector8();
  const cipherSuites = hello.vector16().all16();
  hello.vector8();
  const extensions: number[] = [];
  const found = new Map<number, Reader>();
  if (!hello.done) {
    const list = hello.vector16();
    while (!list.done) {
      const type = list.u16();
      extensions.push(type);
      const body = list.vector16();
      if (!found.has(type)) found.set(type, body);
    }
  }
  return {
    version,
    cipherSuites,
    extensions,
    supportedGroups: found.get(EXTENSION.groups)?.list16() ?? [],
    pointFormats: [...(found.get(EXTENSION.pointFormats)?.list8() ?? [])],
    signatureAlgorithms: found.get(EXTENSION.signatureAlgorithms)?.list16() ?? [],
    supportedVersions: found.get(EXTENSION.versions)?.list8().all16() ?? [],
    alpn: alpnNames(found.get(EXTENSION.alpn)),
    serverName: hostName(found.get(EXTENSION.serverName)),
  };
}

function alpnNames(body: Reader | undefined): readonly string[] {
  const names: string[] = [];
  if (body === undefined || body.done) return names;
  for (const list = body.vector16(); !list.done;) names.push(list.vector8().text());
  return names;
}

function hostName(body: Reader | undefined): string | undefined {
  if (body === undefined || body.done) return undefined;
  const list = body.vector16();
  if (list.done) return undefined;
  const type = list.u8();
  const name = list.vector16().text();
  return type === 0 ? name : undefined;
}

/** Throws RangeError past its end. */
class Reader {
  #buffer: Buffer;
  #at = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  get done(): boolean {
    return this.#at >= this.#buffer.length;
  }

  u8(): number {
    return this.bytes(1)[0]!;
  }

  u16(): number {
    return this.bytes(2).readUInt16BE(0);
  }

  bytes(count: number): Buffer {
    if (this.#at + count > this.#buffer.length) throw new RangeError('past the end');
    this.#at += count;
    return this.#buffer.subarray(this.#at - count, this.#at);
  }

  vector8(): Reader {
    return new Reader(this.bytes(this.u8()));
  }

  vector16(): Reader {
    return new Reader(this.bytes(this.u16()));
  }

  /** A list of 16-bit numbers under a 16-bit length; empty where the extension's body is. */
  list16(): readonly number[] {
    return this.done ? [] : this.vector16().all16();
  }

  list8(): Reader & Iterable<number> {
    return this.done ? new Reader(Buffer.alloc(0)) : this.vector8();
  }

  all16(): readonly number[] {
    const numbers: number[] = [];
    while (!this.done) numbers.push(this.u16());
    return numbers;
  }

  text(): string {
    return this.#buffer.toString('latin1', this.#at);
  }

  *[Symbol.iterator](): Iterator<number> {
    while (!this.done) yield this.u8();
  }
}
