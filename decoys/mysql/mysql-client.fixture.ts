/** A client that keeps all that a MySQL server says of a statement: names and types of columns, rows, counts, warnings, and errors with their words. */
import { createHash } from 'node:crypto';
import { MessageSocket } from '../sql/message-socket.fixture.ts';
import { PayloadReader, framed } from './packets.ts';

const CAPABILITIES = 0x000fa685 | 0x30000;
const MORE_RESULTS = 8;

const sha1 = (...parts: readonly Uint8Array[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha1')).digest();

export class MysqlClient {
  readonly #socket: MessageSocket;

  private constructor(port: number) {
    this.#socket = new MessageSocket(port);
  }

  static async login(port: number, user: string, password: string): Promise<MysqlClient> {
    const client = new MysqlClient(port);
    const greeting = await client.#packet();
    const text = greeting.indexOf(0, 1);
    const scramble = Buffer.concat([greeting.subarray(text + 5, text + 13), greeting.subarray(text + 32, text + 44)]);
    const stage1 = sha1(Buffer.from(password));
    const mask = sha1(scramble, sha1(stage1));
    const head = Buffer.alloc(32);
    head.writeUInt32LE(CAPABILITIES, 0);
    head.writeUInt32LE(1 << 24, 4);
    head[8] = 45;
    const answer = Buffer.from(stage1.map((byte, i) => byte ^ mask[i]!));
    const parts = [head, Buffer.from(`${user}\0\x14`), answer, Buffer.from('mysql_native_password\0')];
    client.#socket.write(framed(Buffer.concat(parts), 1));
    const answered = await client.#packet();
    if (answered[0] !== 0) throw new Error(answered.toString('latin1'));
    return client;
  }

  close(): void {
    this.#socket.close();
  }

  /** What the server says to it, a line for each thing that it says. */
  async ask(sql: string): Promise<string> {
    this.#socket.write(framed(Buffer.from(`\u0003${sql}`), 0));
    const lines: string[] = [];
    for (;;) {
      const head = await this.#packet();
      if (head[0] === 0xff) {
        lines.push(`error ${head.readUInt16LE(1)} ${head.toString('utf8', 3)}`);
        return lines.join('\n');
      }
      if (head[0] === 0) {
        const reader = new PayloadReader(head, 1);
        const [affected, lastId, status, warnings] = [reader.lenenc(), reader.lenenc(), reader.u16(), reader.u16()];
        lines.push(`ok ${affected} ${lastId} warnings ${warnings} ${reader.rest().toString('utf8')}`);
        if ((status & MORE_RESULTS) === 0) return lines.join('\n');
        continue;
      }
      const count = new PayloadReader(head).lenenc();
      const columns = [];
      for (let i = 0; i < count; i++) columns.push(columnLine(await this.#packet()));
      await this.#packet();
      lines.push(columns.join(' | '));
      for (;;) {
        const row = await this.#packet();
        if (row[0] === 0xff) {
          lines.push(`error ${row.readUInt16LE(1)} ${row.toString('utf8', 3)}`);
          return lines.join('\n');
        }
        if (row[0] === 0xfe && row.length < 9) {
          lines.push(`warnings ${row.readUInt16LE(1)}`);
          if ((row.readUInt16LE(3) & MORE_RESULTS) === 0) return lines.join('\n');
          break;
        }
        const reader = new PayloadReader(row);
        const cells = columns.map((_, i) => {
          void i;
          return cell(reader);
        });
        lines.push(cells.join(' | '));
      }
    }
  }

  async #packet(): Promise<Buffer> {
    const sizeOf = (bytes: Buffer): number | undefined => (bytes.length < 4 ? undefined : 4 + bytes.readUIntLE(0, 3));
    return (await this.#socket.message(sizeOf)).subarray(4);
  }
}

function columnLine(packet: Buffer): string {
  const reader = new PayloadReader(packet);
  reader.blob();
  reader.blob();
  const table = reader.blob().toString('utf8');
  reader.blob();
  const name = reader.blob().toString('utf8');
  reader.blob();
  reader.u8();
  const charset = reader.u16();
  reader.u32();
  const type = reader.u8();
  reader.u16();
  const decimals = reader.u8();
  return `${table === '' ? name : `${table}.${name}`} (${type} ${charset} ${decimals})`;
}

function cell(reader: PayloadReader): string {
  const first = reader.u8();
  if (first === 0xfb) return 'NULL';
  const length =
    first < 0xfb
      ? first
      : first === 0xfc
        ? reader.u16()
        : first === 0xfd
          ? reader.bytes(3).readUIntLE(0, 3)
          : reader.u32();
  const bytes = reader.bytes(length);
  return bytes.includes(0) ? bytes.toString('hex') : bytes.toString('utf8');
}
