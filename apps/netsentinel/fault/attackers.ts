/** Attackers for a fault run: a program in the lab's attacking namespace, and everything that its clients saw. */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { NetworkLab } from '@netsentinel/testkit/netns';
import type { LoadOrder, SeenSession } from './attack-load.types.ts';

const ANSWERED_MS = 60_000;
const PROGRAM = fileURLToPath(new URL('./attack-load.ts', import.meta.url));

export interface Attackers {
  /** Sessions that have ended, in that order. */
  readonly seen: readonly SeenSession[];
  /** Resolves once as many further sessions have been answered in full. */
  answered(more: number): Promise<void>;
  /** Lets sessions under way come to their end. */
  stop(): Promise<void>;
}

/** Strangers come from 198.18.16.0 on, regulars from 198.18.1.1 on. */
export function startAttackers(
  lab: NetworkLab,
  options: { readonly strangers: number; readonly regulars: number; readonly port: number; readonly pauseMs: number },
): Attackers {
  const { strangers, regulars, port, pauseMs } = options;
  const order: LoadOrder = {
    host: lab.defender4,
    port,
    pauseMs,
    strangers: Array.from({ length: strangers }, (_, i) => `198.18.${16 + (i >> 7)}.${1 + (i & 127)}`),
    regulars: Array.from({ length: regulars }, (_, i) => `198.18.1.${1 + i}`),
  };
  lab.addAttackers([...order.strangers, ...order.regulars].map((address) => `${address}/15`));
  const child = lab.start('attacker', [process.execPath, '--disable-warning=ExperimentalWarning', PROGRAM]);
  const ended = once(child, 'close');
  const seen: SeenSession[] = [];
  const waiting = new Set<() => void>();
  createInterface({ input: child.stdout! }).on('line', (line) => {
    seen.push(JSON.parse(line) as SeenSession);
    for (const look of waiting) look();
  });
  child.stdin!.write(`${JSON.stringify(order)}\n`);
  const whole = (): number => seen.reduce((sum, session) => sum + (session.cut ? 0 : 1), 0);
  return {
    seen,
    answered: (more) => {
      const wanted = whole() + more;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const look = (): void => {
        if (whole() < wanted) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      setTimeout(
        () => reject(new Error(`no ${more} sessions were answered within ${ANSWERED_MS / 1000} s`)),
        ANSWERED_MS,
      ).unref();
      void ended.then(() => reject(new Error('the attackers ended')));
      return promise;
    },
    stop: async () => {
      child.stdin!.end();
      await ended;
    },
  };
}

/** The network that regulars come from: for `response.ignoreNetworks`. */
export const REGULARS = '198.18.1.0/24';
