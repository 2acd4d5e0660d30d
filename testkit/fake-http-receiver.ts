/** An HTTP server that keeps what is posted to it and answers as it is told. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

const MAX_BODY = 1024 * 1024;

export interface Posted {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpReceiver {
  readonly url: string;
  readonly posted: readonly Posted[];
  readonly close: () => Promise<void>;
}

/** @param answer undefined: it never answers */
export async function httpReceiver(
  answer: (posted: Posted, index: number) => Answer | undefined = () => ({ status: 200, body: 'ok' }),
): Promise<HttpReceiver> {
  const posted: Posted[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body = (body + chunk).slice(0, MAX_BODY)));
    request.on('end', () => {
      const one = { path: request.url ?? '', headers: request.headers, body };
      posted.push(one);
      const reply = answer(one, posted.length - 1);
      if (reply !== undefined) response.writeHead(reply.status, reply.headers).end(reply.body ?? '');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  let closed: Promise<void> | undefined;
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    posted,
    close: () => {
      closed ??= new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return closed;
    },
  };
}
