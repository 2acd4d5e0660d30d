/** Share control and share data (MS-RDPBCGR 2.2.8.1.1): what is spoken on the I/O channel once both sides agreed. */
export const PDU = { demandActive: 0x11, confirmActive: 0x13, deactivateAll: 0x16, data: 0x17 } as const;
export const DATA_PDU = {
  update: 2,
  control: 20,
  pointer: 27,
  input: 28,
  synchronize: 31,
  refreshRect: 33,
  suppressOutput: 35,
  shutdownRequest: 36,
  shutdownDenied: 37,
  saveSessionInfo: 38,
  fontList: 39,
  fontMap: 40,
  persistentKeys: 43,
  errorInfo: 47,
} as const;

export const SERVER_USER = 1002;
const SHARE_ID = 0x0001_03ea;

export interface SharePdu {
  readonly type: number;
  /** Of a data PDU. */
  readonly dataType: number | undefined;
  readonly body: Buffer;
}

/** Undefined where it is cut off. Flow control PDUs (a length of 0x8000) are nothing here. */
export function readSharePdu(data: Buffer): SharePdu | undefined {
  if (data.length < 6) return undefined;
  const type = data.readUInt16LE(2) & 0x1f;
  if (type !== (PDU.data & 0x1f)) return { type: type | 0, dataType: undefined, body: data.subarray(6) };
  if (data.length < 18) return undefined;
  return { type, dataType: data[14], body: data.subarray(18) };
}

export function shareControl(type: number, body: Uint8Array): Buffer {
  const head = Buffer.alloc(6);
  head.writeUInt16LE(body.length + 6, 0);
  head.writeUInt16LE(type, 2);
  head.writeUInt16LE(SERVER_USER, 4);
  return Buffer.concat([head, body]);
}

export function shareData(dataType: number, body: Uint8Array): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt32LE(SHARE_ID, 0);
  head[5] = 1;
  head.writeUInt16LE(body.length + 4, 6);
  head[8] = dataType;
  return shareControl(PDU.data, Buffer.concat([head, body]));
}

export function demandActive(width: number, height: number, bitsPerPixel: number): Buffer {
  const capabilities = [
    capability(9, [SERVER_USER, 0xb5e2]),
    // General: Windows NT; fast-path output, long credentials, autoreconnect, no compression header.
    capability(1, [1, 3, 0x0200, 0, 0, 0x041d, 0, 0, 0, 0x0101]),
    capability(20, [0, 0, 0x0640, 0]),
    capability(2, [bitsPerPixel, 1, 1, 1, width, height, 0, 1, 1, 0x001e, 1, 0]),
    capability(3, [], 88, 0x0022),
    capability(14, [1, 0]),
    capability(18, [1, 0]),
    capability(8, [1, 25, 25]),
    // Input: scan codes, extended mouse, Unicode, fast-path.
    capability(13, [0x0035 | 0x0008, 0], 88),
  ];
  const sets = Buffer.concat(capabilities);
  const head = Buffer.alloc(16);
  head.writeUInt32LE(SHARE_ID, 0);
  head.writeUInt16LE(4, 4);
  head.writeUInt16LE(sets.length + 4, 6);
  head.write('RDP\0', 8, 'latin1');
  head.writeUInt16LE(capabilities.length, 12);
  return shareControl(PDU.demandActive, Buffer.concat([head, sets, Buffer.alloc(4)]));
}

/** @param size of the whole set where it is longer than its words; `flagsAt30` is the order set's orderFlags */
function capability(type: number, words: readonly number[], size = words.length * 2 + 4, flagsAt30 = 0): Buffer {
  const bytes = Buffer.alloc(size);
  bytes.writeUInt16LE(type, 0);
  bytes.writeUInt16LE(size, 2);
  for (const [i, word] of words.entries()) bytes.writeUInt16LE(word, 4 + i * 2);
  if (flagsAt30 !== 0) {
    // Order: the granularities of old, 20 pixels; text and glyphs by the negotiated set.
    bytes.writeUInt16LE(1, 24);
    bytes.writeUInt16LE(20, 26);
    bytes.writeUInt16LE(1, 28);
    bytes.writeUInt16LE(1, 32);
    bytes.writeUInt16LE(flagsAt30, 34);
  }
  return bytes;
}

/** The fields of a Confirm Active that tell clients apart. */
export function readConfirmActive(
  body: Buffer,
): { readonly source: string; readonly capabilities: readonly number[] } | undefined {
  if (body.length < 14) return undefined;
  const sourceLength = body.readUInt16LE(6);
  const start = 10 + sourceLength;
  if (sourceLength > 256 || body.length < start + 4) return undefined;
  const capabilities: number[] = [];
  for (let at = start + 4, left = Math.min(body.readUInt16LE(start), 64); left > 0 && at + 4 <= body.length; left--) {
    capabilities.push(body.readUInt16LE(at));
    const size = body.readUInt16LE(at + 2);
    if (size < 4) break;
    at += size;
  }
  return { source: body.toString('latin1', 10, start).split('\0')[0]!, capabilities };
}

export function synchronize(): Buffer {
  return shareData(DATA_PDU.synchronize, Buffer.from([1, 0, SERVER_USER & 0xff, SERVER_USER >> 8]));
}

/** 4: cooperate; 2: control is granted to this user. */
export function control(action: 2 | 4, user: number): Buffer {
  const body = Buffer.alloc(8);
  body.writeUInt16LE(action, 0);
  if (action === 2) {
    body.writeUInt16LE(user, 2);
    body.writeUInt32LE(SERVER_USER, 4);
  }
  return shareData(DATA_PDU.control, body);
}

export function fontMap(): Buffer {
  return shareData(DATA_PDU.fontMap, Buffer.from([0, 0, 0, 0, 3, 0, 4, 0]));
}

/** Why the server ends it (2.2.5.1.1). */
export function errorInfo(code: number): Buffer {
  const body = Buffer.alloc(4);
  body.writeUInt32LE(code, 0);
  return shareData(DATA_PDU.errorInfo, body);
}

/** INFOTYPE_LOGON_PLAINNOTIFY: somebody is logged in now. */
export function logonNotify(): Buffer {
  const body = Buffer.alloc(4 + 576);
  body.writeUInt32LE(2, 0);
  return shareData(DATA_PDU.saveSessionInfo, body);
}
