/** An answer without what changes from one run to the next, so that a real server's and a decoy's can be compared byte by byte. */
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { Answer } from './exchange.ts';

/** Dates, ports, tags of inodes, boundaries and the bytes that a compressor chose are left out; what was compressed is not. */
export function normalised({ text }: Answer): string {
  const plain = /Content-Encoding: gzip/.test(text) ? unzipped(text) : text;
  return (
    withoutBoundary(plain)
      .replace(/Date: [^\r]*/g, 'Date: X')
      .replace(/ETag: "\d+"/g, 'ETag: "N"')
      // Apache's order of these is another with each start.
      .replace(/Allow: [^\r]*/g, (allow) =>
        allow
          .split(/[:,] ?/)
          .toSorted()
          .join(','),
      )
      .replace(/(127\.0\.0\.1|www\.example\.org|\[::1\]):\d{5}/g, '$1:PORT')
  );
}

/** Apache's has no leading zeros, so the answer is shorter with some starts of it. */
function withoutBoundary(text: string): string {
  const boundary = /boundary=(\w+)/.exec(text)?.[1];
  if (boundary === undefined) return text;
  const parts = text.split(`--${boundary}`);
  const longer = (parts.length - 1) * boundary.length;
  return parts
    .join('--B')
    .replace(/Content-Length: (\d+)/, (_, length: string) => `Content-Length: ${Number(length) - longer}`)
    .replace(`boundary=${boundary}`, 'boundary=B');
}

function unzipped(text: string): string {
  const end = text.indexOf('\r\n\r\n');
  const head = text.slice(0, end).replace(/Content-Length: \d+/, 'Content-Length: N');
  const body = Buffer.from(text.slice(end + 4), 'latin1');
  const chunk = /^([0-9a-f]+)\r\n/.exec(body.toString('latin1', 0, 16));
  const zipped =
    chunk === null ? body : body.subarray(chunk[0].length, chunk[0].length + Number.parseInt(chunk[1]!, 16));
  return `${head}\r\n\r\n${gunzipSync(zipped).toString('latin1')}`;
}

/** `200 1f0c9b2a closed`: status of the first answer, a digest of all of it, and how the connection stood. */
export function shapeOf(answer: Answer): string {
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(answer.text)?.[1] ?? (answer.text === '' ? 'nothing' : 'bare');
  return `${status} ${createHash('sha256').update(normalised(answer)).digest('hex').slice(0, 12)} ${answer.end}`;
}
