/**
 * A client of the live channel as small as can be, so that thousands fit into one process: WebSocket (RFC 6455) frames of text over a TCP socket, Engine.IO 4
 * and Socket.IO 5 packets in them. For benchmarks alone: it believes whatever the server says.
 */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

const OPCODE_TEXT = 1;
const OPCODE_CLOSE = 8;
const OPCODE_PING = 9;
const OPCODE_PONG = 10;

export interface EngineClient {
  readonly socket: Socket;
  close(): void;
}

export interface EngineClientOptions {
  readonly port: number;
  /** Where it comes from: a loopback address. */
  readonly from: string;
  readonly cookie: string;
  readonly rooms: readonly string[];
  /** Called with the text of each event packet, `["name",…]`. */
  readonly onEvent: (text: string) => void;
  readonly onClose: () => void;
}

/** Resolves once all rooms are joined; rejects where any is refused. */
export function openEngineClient(options: EngineClientOptions): Promise<EngineClient> {
  const { port, from, cookie, rooms, onEvent, onClose } = options;
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, localAddress: from });
    let rest: Buffer = Buffer.alloc(0);
    let isOpen = false;
    let waiting = rooms.length;
    const send = (text: string): void => void socket.write(frameOf(OPCODE_TEXT, Buffer.from(text)));
    const packet = (text: string): void => {
      if (text.startsWith('42')) onEvent(text.slice(2));
      else if (text === '2') send('3');
      else if (text.startsWith('0')) send('40');
      else if (text.startsWith('40'))
        for (const [id, room] of rooms.entries()) send(`42${id}${JSON.stringify(['join', room, null])}`);
      else if (text.startsWith('43')) {
        if (!text.includes('"ok":true')) reject(new Error(`a room was refused: ${text}`));
        else if (--waiting === 0) resolve({ socket, close: () => socket.destroy() });
      } else reject(new Error(`the server said ${text.slice(0, 200)}`));
    };
    socket.setNoDelay(true);
    socket.on('connect', () =>
      socket.write(
        `GET /live/?EIO=4&transport=websocket HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\norigin: http://127.0.0.1:${port}\r\ncookie: ${cookie}\r\n` +
          `connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
      ),
    );
    socket.on('data', (chunk) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      if (!isOpen) {
        const end = rest.indexOf('\r\n\r\n');
        if (end < 0) return;
        if (!rest.subarray(0, 12).equals(Buffer.from('HTTP/1.1 101'))) {
          reject(new Error(`the server answered ${rest.toString('latin1', 0, 80)}`));
          return;
        }
        isOpen = true;
        rest = rest.subarray(end + 4);
      }
      for (let frame = frameIn(rest); frame !== undefined; frame = frameIn(rest)) {
        rest = rest.subarray(frame.end);
        if (frame.opcode === OPCODE_TEXT) packet(frame.payload.toString('utf8'));
        else if (frame.opcode === OPCODE_PING) socket.write(frameOf(OPCODE_PONG, frame.payload));
        else if (frame.opcode === OPCODE_CLOSE) socket.end();
      }
    });
    socket.on('error', reject);
    socket.on('close', () => {
      reject(new Error('the server closed the connection'));
      onClose();
    });
  });
}

/** The first whole frame, as servers send it: not masked. */
function frameIn(
  bytes: Buffer,
): { readonly opcode: number; readonly payload: Buffer; readonly end: number } | undefined {
  if (bytes.length < 2) return undefined;
  const short = bytes[1]! & 0x7f;
  const start = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (bytes.length < start) return undefined;
  const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  const end = start + length;
  return bytes.length < end ? undefined : { opcode: bytes[0]! & 0x0f, payload: bytes.subarray(start, end), end };
}

/** A masked frame of at most 125 bytes: all that is sent here. */
function frameOf(opcode: number, payload: Buffer): Buffer {
  // Masked by zero, which is a mask like others.
  return Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
}
