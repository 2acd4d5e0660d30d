/** A client that keeps all that a PostgreSQL server says of a statement: columns and types, rows, tags, notices, and errors with all their fields. */
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { MessageSocket } from '../sql/message-socket.fixture.ts';
import { i32, message } from './messages.ts';

interface Got {
  readonly type: string;
  readonly body: Buffer;
}

const hmac = (key: Uint8Array, text: string): Buffer => createHmac('sha256', key).update(text).digest();

export class PostgresClient {
  readonly #socket: MessageSocket;

  private constructor(port: number) {
    this.#socket = new MessageSocket(port);
  }

  static async login(port: number, user: string, password: string, database: string): Promise<PostgresClient> {
    const client = new PostgresClient(port);
    const texts = ['user', user, 'database', database, ''].map((text) => `${text}\0`).join('');
    const startup = Buffer.concat([i32(196_608), Buffer.from(texts)]);
    client.#socket.write(Buffer.concat([i32(startup.length + 4), startup]));
    await client.#take('R');
    const bare = 'n=,r=clientnonce';
    client.#socket.write(message('p', 'SCRAM-SHA-256', i32(bare.length + 3), Buffer.from(`n,,${bare}`)));
    const first = (await client.#take('R')).toString('latin1', 4);
    const [, nonce, salt, rounds] = /^r=([^,]+),s=([^,]+),i=(\d+)$/.exec(first)!;
    const salted = pbkdf2Sync(password, Buffer.from(salt!, 'base64'), Number(rounds), 32, 'sha256');
    const key = hmac(salted, 'Client Key');
    const plain = `c=biws,r=${nonce}`;
    const signature = hmac(createHash('sha256').update(key).digest(), `${bare},${first},${plain}`);
    const proof = Buffer.from(key.map((byte, i) => byte ^ signature[i]!)).toString('base64');
    client.#socket.write(message('p', Buffer.from(`${plain},p=${proof}`)));
    while ((await client.#message()).type !== 'Z');
    return client;
  }

  close(): void {
    this.#socket.close();
  }

  /** What the server says to it, a line for each thing that it says. */
  async ask(sql: string): Promise<string> {
    this.#socket.write(message('Q', sql));
    const lines: string[] = [];
    for (;;) {
      const { type, body } = await this.#message();
      switch (type) {
        case 'T':
          lines.push(columnsLine(body));
          break;
        case 'D':
          lines.push(cells(body).join(' | '));
          break;
        case 'C':
          lines.push(body.toString('utf8').replace('\0', ''));
          break;
        case 'E':
        case 'N':
          lines.push(
            `${type === 'E' ? 'error' : 'notice'} ${body.toString('utf8').split('\0').filter(Boolean).join(' · ')}`,
          );
          break;
        case 'G':
          this.#socket.write(message('c'));
          break;
        case 'A':
          lines.push(`notification ${body.toString('utf8', 4)}`);
          break;
        case 'Z':
          return [...lines, `ready ${body.toString('latin1')}`].join('\n');
        default:
          lines.push(`${type} ${body.toString('utf8')}`);
      }
    }
  }

  async #take(type: string): Promise<Buffer> {
    const got = await this.#message();
    if (got.type !== type) throw new Error(`${got.type} ${got.body.toString('latin1')}`);
    return got.body;
  }

  async #message(): Promise<Got> {
    const sizeOf = (bytes: Buffer): number | undefined => (bytes.length < 5 ? undefined : 1 + bytes.readUInt32BE(1));
    const whole = await this.#socket.message(sizeOf);
    return { type: String.fromCharCode(whole[0]!), body: whole.subarray(5) };
  }
}

/** `name (type oid, size, modifier)`, with `of` where it is a table's. */
function columnsLine(body: Buffer): string {
  const columns: string[] = [];
  for (let at = 2; at < body.length;) {
    const end = body.indexOf(0, at);
    const name = body.toString('utf8', at, end);
    const from = body.readUInt32BE(end + 1) === 0 ? '' : ` of ${body.readInt16BE(end + 5)}`;
    columns.push(
      `${name} (${body.readUInt32BE(end + 7)} ${body.readInt16BE(end + 11)} ${body.readInt32BE(end + 13)}${from})`,
    );
    at = end + 19;
  }
  return columns.join(' | ');
}

function cells(body: Buffer): string[] {
  const row: string[] = [];
  for (let at = 2; at < body.length;) {
    const length = body.readInt32BE(at);
    at += 4;
    row.push(length < 0 ? 'NULL' : body.toString('utf8', at, at + length));
    at += Math.max(0, length);
  }
  return row;
}
