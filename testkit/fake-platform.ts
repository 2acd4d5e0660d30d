/** A platform for collectors under test: keeps what is put once for each origin, acknowledges when it likes, and outlives the collector. */
import type { CollectorContext, Delivery } from '@netsentinel/contracts/collector';
import type { EcsDocument, Refused } from '@netsentinel/contracts/parser';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { formatsFor } from '@netsentinel/normalise/records/formats';

const formats = formatsFor(systemClock, { zone: 'UTC', trustedProxies: [] });

export class FakePlatform {
  /** By origin. */
  readonly kept = new Map<string, { readonly document?: EcsDocument; readonly refused?: Refused }>();
  readonly memories = new Map<string, Uint8Array>();
  /** Records that came again with the same origin. */
  again = 0;
  /** While false nothing is acknowledged or remembered. */
  isThere = true;
  #waiting: (() => void)[] = [];
  #epochs = 0;

  get originals(): string[] {
    return [...this.kept.values()].map(({ document, refused }) => document?.event.original ?? refused?.original ?? '');
  }

  get refusals(): Refused[] {
    return [...this.kept.values()].flatMap(({ refused }) => refused ?? []);
  }

  comeBack(): void {
    this.isThere = true;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  context(): CollectorContext {
    const there = (): Promise<void> =>
      this.isThere ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
    return {
      collector: 'test',
      clock: systemClock,
      log: silentLogger,
      formats,
      memory: {
        recall: async (key) => {
          await there();
          return this.memories.get(key);
        },
        remember: async (key, value) => {
          await there();
          this.memories.set(key, value);
        },
      },
      listeners: new Map(),
      kernelDrops: () => 0,
      open: (epoch) => this.#open(epoch),
      newEpoch: () => `epoch${String(this.#epochs++).padStart(8, '0')}`,
      full: false,
      drained: () => Promise.resolve(),
    };
  }

  #open(epoch: string): Delivery {
    let last = 0;
    let kept = 0;
    const put = (sequence: number, what: { document?: EcsDocument; refused?: Refused }): void => {
      if (sequence <= last) throw new Error(`sequence ${sequence} after ${last}`);
      last = sequence;
      const origin = `${epoch}~${sequence}`;
      if (this.kept.has(origin)) this.again++;
      else this.kept.set(origin, what);
      if (this.isThere) kept = last;
    };
    return {
      document: (sequence, document) => put(sequence, { document }),
      refused: (sequence, refused) => put(sequence, { refused }),
      get kept() {
        return kept;
      },
      allKept: () => Promise.resolve(),
    };
  }
}
