/** How the provider is asked: in the form of `fetch`, without redirects, by its own authority where it has one, and for a bounded answer. */
import type { IncomingMessage } from 'node:http';

// `import` asks a built-in module for all that it exports, and of HTTP's that loads a client of 9 MB that we do not use.
const http = process.getBuiltinModule('node:http');
const https = process.getBuiltinModule('node:https');

/** Documents and keys take some kilobytes, claims with a thousand groups a hundred. */
const MAX_ANSWER_BYTES = 1024 * 1024;

export interface ProviderRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/** @param ca PEM, instead of the well-known authorities */
export function providerFetch(ca: string | undefined) {
  return (url: string, { method, headers, body, signal }: ProviderRequest): Promise<Response> =>
    new Promise((resolve, reject) => {
      const target = new URL(url);
      const text = body === undefined || body === null ? '' : textOf(body);
      const request = (target.protocol === 'https:' ? https : http).request(target, {
        method,
        agent: false,
        headers: { ...headers, ...(text === '' ? {} : { 'content-length': String(Buffer.byteLength(text)) }) },
        ...(signal === undefined ? {} : { signal }),
        ...(ca === undefined ? {} : { ca }),
      });
      request.on('error', reject);
      // Without a listener the connection is closed without a word, and nobody would hear of it.
      request.on('upgrade', (_, socket) => {
        socket.destroy();
        reject(new Error('the answer is another protocol'));
      });
      request.on('response', (response) => {
        // A status that is none makes `Response` throw.
        read(response)
          .then((bytes) => resolve(answerOf(response, bytes)))
          .catch(reject);
      });
      request.end(text);
    });
}

/** A form, as it is posted. */
function textOf(body: unknown): string {
  if (typeof body === 'string') return body;
  if (body instanceof URLSearchParams) return body.toString();
  throw new TypeError('A body of this kind is not sent to a provider');
}

async function read(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) {
      response.destroy();
      throw new Error(`the answer is longer than ${MAX_ANSWER_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function answerOf({ statusCode = 0, headers }: IncomingMessage, bytes: Buffer): Response {
  const copied = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    for (const one of [value ?? []].flat()) copied.append(name, one);
  }
  // These have no body, and the constructor refuses one.
  const empty = statusCode === 204 || statusCode === 205 || statusCode === 304;
  return new Response(empty ? null : new Uint8Array(bytes), { status: statusCode, headers: copied });
}
