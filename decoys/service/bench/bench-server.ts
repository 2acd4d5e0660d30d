/** The benchmarks' side of `bench-server.child.ts`: starts it, asks what it costs, ends it. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { HEAP_OPTIONS } from '../../heap-options.ts';
import type { BenchedDecoy, BenchReply, BenchRequest } from './bench-server.child.ts';

export class BenchServer {
  readonly #child: ChildProcess;
  /** In the order of the decoys. */
  readonly ports: readonly number[];

  private constructor(child: ChildProcess, ports: readonly number[]) {
    this.#child = child;
    this.ports = ports;
  }

  /** All in one process. What is left out of a configuration has its default. */
  static async start(decoys: readonly BenchedDecoy[]): Promise<BenchServer> {
    const child = fork(fileURLToPath(new URL('bench-server.child.ts', import.meta.url)), {
      execArgv: [
        ...HEAP_OPTIONS,
        ...(process.env['BENCH_SERVER_OPTIONS'] ?? '').split(' ').filter((word) => word !== ''),
      ],
      env: { ...process.env, BENCH_DECOYS: JSON.stringify(decoys) },
    });
    const first = await nextReply(child);
    if (first.kind !== 'listening') throw new Error('The benchmark server did not start');
    return new BenchServer(child, first.ports);
  }

  async measure(): Promise<BenchReply & { kind: 'measured' }> {
    this.#ask('measure');
    const reply = await nextReply(this.#child);
    if (reply.kind !== 'measured') throw new Error('The benchmark server answered something else');
    return reply;
  }

  reset(): void {
    this.#ask('reset');
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#ask('stop');
    await ended;
  }

  #ask(request: BenchRequest): void {
    this.#child.send(request);
  }
}

function nextReply(child: ChildProcess): Promise<BenchReply> {
  return new Promise((resolve, reject) => {
    const gone = (): void => reject(new Error('The benchmark server ended'));
    child.once('exit', gone);
    child.once('message', (message) => {
      child.off('exit', gone);
      resolve(message as BenchReply);
    });
  });
}
