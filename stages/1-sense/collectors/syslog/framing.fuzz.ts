/** Whatever a syslog sender writes: no exception, no message beyond its bound, and the same messages however the bytes were cut on their way. */
import { SyslogFraming } from './framing.ts';

const MAX_BYTES = 512;

export const seeds = [
  '<34>1 2026-11-21T09:30:00Z web1 sshd 812 - - Failed password for root from 198.51.100.7 port 40000 ssh2\n<13>next\r\n\0',
  '7 <13>one12 <13>two\nlines\n7 <13>end',
  '600 <13>long',
  '900 days\n7 <13>x\n',
].map((text) => Buffer.from(text));

export function fuzz(data: Uint8Array): void {
  const whole = read(data, data.length);
  const pieces = read(data, 3);
  if (whole !== pieces) throw new Error('the same bytes in pieces are other messages');
}

function read(data: Uint8Array, size: number): string {
  const messages: string[] = [];
  const framing = new SyslogFraming({
    maxBytes: MAX_BYTES,
    onMessage: (message, cut) => {
      if (Buffer.byteLength(message) > 3 * MAX_BYTES || cut < 0) throw new Error('a message beyond its bound');
      messages.push(`${message}/${cut}`);
    },
  });
  for (let at = 0; at < data.length; at += size) {
    const pushed = framing.push(data.subarray(at, at + size));
    if (!pushed.ok) {
      messages.push(pushed.error);
      break;
    }
  }
  framing.end();
  return messages.join('\n');
}
