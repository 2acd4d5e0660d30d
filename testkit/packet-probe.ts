/** Sends packets from addresses of a lab's attacker to its defender and tells whether and when they get through. */
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { NetworkLab } from './netns.ts';
import type { ProbeRequest, ProbeResult } from './netns-probe.ts';

const PROGRAM = fileURLToPath(new URL('./netns-probe.ts', import.meta.url));

/** Only a test that fails waits so long: the machine may have more to do. */
const PATIENCE_MS = 30_000;

export class PacketProbe {
  readonly #lab: NetworkLab;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { first: (atMs: number) => void; end: (result: ProbeResult) => void }>();
  #n = 0;

  private constructor(lab: NetworkLab, child: ChildProcess) {
    this.#lab = lab;
    this.#child = child;
  }

  /** Starts the echo in the defender's namespace and the prober in the attacker's; the lab ends both. */
  static async start(lab: NetworkLab): Promise<PacketProbe> {
    await ready(lab.start('defender', [process.execPath, PROGRAM, 'echo']));
    const child = lab.start('attacker', [process.execPath, PROGRAM, 'probe']);
    const probe = new PacketProbe(lab, child);
    await ready(child, (line) => {
      const result = JSON.parse(line) as ProbeResult;
      const waiting = probe.#waiting.get(result.n);
      if (result.state === 'first') return waiting?.first(result.atMs);
      probe.#waiting.delete(result.n);
      return waiting?.end(result);
    });
    return probe;
  }

  /** Sends until packets get through; false when none did in time. */
  async passes(source: string, timeoutMs = PATIENCE_MS): Promise<boolean> {
    return (await this.#ask('watch', source, true, timeoutMs).end).state === 'done';
  }

  /** Sends until packets are dropped; false when they still get through after all that time. */
  async dropped(source: string, timeoutMs = PATIENCE_MS): Promise<boolean> {
    return (await this.#ask('watch', source, false, timeoutMs).end).state === 'done';
  }

  /**
   * Sends all the time; `flowing` resolves with the first answer, `droppedAtMs` with the sending time (CLOCK_MONOTONIC, ms) of the
   * first packet that got none, or NaN. `everyMs`: between two packets, where they need not be so many that they take a processor.
   */
  watchDrop(
    source: string,
    timeoutMs = 5000,
    everyMs?: number,
  ): { flowing: Promise<number>; droppedAtMs: Promise<number> } {
    const { first, end } = this.#ask('watch', source, false, timeoutMs, everyMs);
    return { flowing: first, droppedAtMs: end.then(({ state, atMs }) => (state === 'done' ? atMs : Number.NaN)) };
  }

  /** Exchanges bytes on this source's one TCP connection, opening it the first time. */
  async exchange(source: string, timeoutMs = 1000): Promise<boolean> {
    return (await this.#ask('tcp', source, true, timeoutMs).end).state === 'done';
  }

  #ask(kind: 'watch' | 'tcp', source: string, wanted: boolean, timeoutMs: number, everyMs?: number) {
    this.#n += 1;
    const n = this.#n;
    const target = source.includes(':') ? this.#lab.defender6 : this.#lab.defender4;
    const request: ProbeRequest = {
      n,
      kind,
      source,
      target,
      wanted,
      timeoutMs,
      ...(everyMs === undefined ? {} : { everyMs }),
    };
    const first = Promise.withResolvers<number>();
    const end = Promise.withResolvers<ProbeResult>();
    this.#waiting.set(n, { first: first.resolve, end: end.resolve });
    this.#child.stdin?.write(`${JSON.stringify(request)}\n`);
    return { first: first.promise, end: end.promise };
  }
}

function ready(child: ChildProcess, onLine?: (line: string) => void): Promise<void> {
  const { stdout } = child;
  if (stdout === null) return Promise.reject(new Error('no stdout'));
  return new Promise((resolve, reject) => {
    child.once('close', (code) => reject(new Error(`the probe ended with ${code}`)));
    let first = true;
    createInterface({ input: stdout }).on('line', (line) => {
      if (!first) return onLine?.(line);
      first = false;
      return resolve();
    });
  });
}
