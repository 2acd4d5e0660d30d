/** A page that puts its parameter into a statement as it came, and shows rows or the server's error: what sqlmap looks for. */
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface InjectionPage {
  readonly url: string;
  close(): Promise<void>;
}

/** @param ask runs the statement in a session of its own; lines of what the server says */
export async function openInjectionPage(prefix: string, ask: (sql: string) => Promise<string>): Promise<InjectionPage> {
  const server: Server = createServer((request, response) => {
    const id = new URL(request.url ?? '/', 'http://page').searchParams.get('id') ?? '1';
    const answer = (text: string): void => void response.end(`<html><body>${text}</body></html>`);
    ask(`${prefix}${id}`).then(
      (said) => {
        // The first line names the columns, the last ends the answer.
        const failed = said.split('\n').find((line) => line.startsWith('error '));
        answer(
          failed === undefined
            ? said
                .split('\n')
                .slice(1, -1)
                .map((line) => `<p>${line}</p>`)
                .join('')
            : `<b>${failed}</b>`,
        );
      },
      (error: unknown) => answer(`<b>${String(error)}</b>`),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/?id=1`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
