/** Runs inside the attacker's namespace: logs in from the address that a line on stdin names, and says when (CLOCK_MONOTONIC, milliseconds). */
import { createInterface } from 'node:readline';
import { connectSsh } from '@netsentinel/testkit/ssh-client/ssh-client';

interface Request {
  readonly n: number;
  readonly source: string;
  readonly host: string;
  readonly port: number;
}

const now = (): number => Number(process.hrtime.bigint()) / 1e6;

for await (const line of createInterface({ input: process.stdin })) {
  const { n, source, host, port } = JSON.parse(line) as Request;
  const startedAtMs = now();
  let answer: Record<string, unknown>;
  try {
    const client = await connectSsh({
      host,
      port,
      localAddress: source,
      user: 'root',
      password: 'letmein',
      timeoutMs: 5_000,
    });
    answer = { n, startedAtMs, acceptedAtMs: now() };
    client.close();
  } catch (error) {
    answer = { n, startedAtMs, acceptedAtMs: now(), error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
