/** Whatever a point, its centre, a stranger or a pasted token says: an answer or an end, and nothing is thrown but what a person is told. */
import { isNetSentinelError } from '@netsentinel/kernel/errors';
import { encodeFrame, FrameReader } from '@netsentinel/kernel/frames';
import { pack, tryUnpack } from '@netsentinel/kernel/pack';
import { FromPoint, FromStranger, MAX_FRAME, ToPoint } from './point-wire.ts';
import { readToken, writeToken } from './token.ts';

const token = writeToken({ host: 'centre', port: 4433, fingerprint: 'ab'.repeat(32), invitation: 'i', secret: 's' });

export const seeds: readonly Uint8Array[] = [
  Buffer.from(token),
  ...[
    { t: 'join', protocol: 1, invitation: 'i', secret: 's', publicKey: Buffer.alloc(91), proof: Buffer.alloc(70) },
    { t: 'hello', protocol: 2, version: '0.1.0', host: 'berlin' },
    { t: 'state', able: true, detail: '', entries: 1, refuses: { isolate: 'name `management`' } },
    { t: 'done', seq: 1, refused: [{ at: 0, reason: 'full' }] },
    { t: 'gone', blocks: [{ network: '198.18.0.1', reason: 'taken back' }] },
    {
      t: 'wishes',
      seq: 1,
      list: { first: true, last: true },
      wishes: [{ network: '198.18.0.0/24', remainingMs: 1, measure: 'redirect' }],
    },
  ].map((message) => encodeFrame(pack(message))),
];

export function fuzz(data: Uint8Array): void {
  try {
    readToken(Buffer.from(data).toString('utf8'));
  } catch (error) {
    if (!isNetSentinelError(error) || error.code !== 'POINT_TOKEN_INVALID') throw error;
  }
  const frames = new FrameReader(MAX_FRAME).push(data);
  if (!frames.ok) return;
  // A connection ends with the first message that its schema does not know.
  for (const schema of [FromStranger, FromPoint, ToPoint])
    frames.value.every((frame) => schema.safeParse(tryUnpack(frame)).success);
}
