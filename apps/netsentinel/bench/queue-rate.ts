/** How often a server that has one processor answers the incident queue's first page, and what that does to the appending of events beside it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('./queue-server.ts', import.meta.url));
const PATH = '/api/v1/incidents?limit=50';
const INCIDENTS = 50_000;
const CONNECTIONS = 16;
/** As the launcher starts the platform, which keeps to one processor here; we take another. */
const PINNED = ['taskset', '-c', '0', process.execPath, '--max-semi-space-size=8', SERVER, String(INCIDENTS)];

export async function queueRate(seconds: number): Promise<Record<string, number>> {
  const [program = '', ...args] = PINNED;
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async (): Promise<unknown> => {
    const next = (await lines.next()) as IteratorResult<string>;
    if (next.done === true) throw new Error('the server of the queue ended');
    return JSON.parse(next.value);
  };
  const appends = async (): Promise<number[]> => {
    child.stdin.write('\n');
    return (await line()) as number[];
  };
  try {
    const { url, cookie } = (await line()) as { readonly url: string; readonly cookie: string };
    await ask(url, cookie, 2);
    await appends();
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    const alone = await appends();
    const times = await ask(url, cookie, seconds);
    const beside = await appends();
    return {
      queue_per_second: Math.round(times.length / seconds),
      queue_p50_ms: quantile(times, 0.5),
      queue_p99_ms: quantile(times, 0.99),
      queue_append_alone_p95_ms: quantile(alone, 0.95),
      queue_append_asked_p95_ms: quantile(beside, 0.95),
    };
  } finally {
    child.stdin.end();
    if (child.exitCode === null) await once(child, 'exit');
  }
}

/** Milliseconds of each answer; as many at once as there are connections. */
async function ask(url: string, cookie: string, seconds: number): Promise<number[]> {
  const { hostname, port, host } = new URL(url);
  const request = `GET ${PATH} HTTP/1.1\r\nhost: ${host}\r\ncookie: ${cookie}\r\n\r\n`;
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  const askOn = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname);
      // What is left of the body; undefined before its head has been read.
      let [begin, left, head]: [number, number | undefined, string] = [0, undefined, ''];
      const send = (): void => {
        if (performance.now() > end) return void socket.destroy();
        [begin, left, head] = [performance.now(), undefined, ''];
        socket.write(request);
      };
      socket.on('connect', send).on('error', reject).on('close', resolve);
      socket.on('data', (chunk: Buffer) => {
        if (left !== undefined) left -= chunk.length;
        else {
          head += chunk.toString('latin1');
          const headEnd = head.indexOf('\r\n\r\n');
          if (headEnd < 0) return;
          const length = /^HTTP\/1\.1 200 [^]*?content-length: (\d+)/i.exec(head)?.[1];
          if (length === undefined) {
            socket.destroy(new Error(head.slice(0, 200)));
            return;
          }
          left = Number(length) - (head.length - headEnd - 4);
        }
        if (left > 0) return;
        times.push(performance.now() - begin);
        send();
      });
    });
  await Promise.all(Array.from({ length: CONNECTIONS }, askOn));
  return times;
}

/** To a hundredth. */
export function quantile(times: readonly number[], q: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN) * 100) / 100;
}
