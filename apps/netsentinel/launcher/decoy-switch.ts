/**
 * Which decoys listen: gives the decoy host what its decoys listen on, takes it back where a person stops one, and sees to it that its port is free then,
 * whatever the decoy host, which may be in an attacker's hands, makes of the order. Those that are stopped stay so over restarts.
 */
import type { Logger } from '@netsentinel/contracts/log';
import { passivePortsOf } from '@netsentinel/contracts/passive-ports';
import type { FromChild, FromPlatform, ToDecoyHost, ToPlatform } from '@netsentinel/contracts/process';
import { isNetSentinelError, NetSentinelError } from '@netsentinel/kernel/errors';
import { toWireError } from '@netsentinel/kernel/wire-error';
import type { PlannedDecoy } from '../config/decoy-plan.ts';
import type { BoundListeners } from './bound-listeners.ts';
import { bindDecoy, passiveName, type DecoyListener } from './decoy-listeners.ts';
import { bindAgain } from './listeners.ts';
import type { Supervisor } from './supervisor.ts';

const CLOSE_MS = 5_000;
/** What has just been let go of may be held for a moment. */
const OPEN_MS = 1_000;

type DecoyOrder = Extract<FromPlatform, { t: 'decoy' }>;
type DecoyAnswer = Extract<ToPlatform, { t: 'decoy-set' }>;

export interface DecoySwitchOptions {
  /** As they were placed. */
  readonly decoys: readonly PlannedDecoy[];
  readonly stopped: Iterable<string>;
  readonly host: Pick<Supervisor<FromChild>, 'running' | 'send' | 'handOver' | 'renew'>;
  readonly bound: Pick<BoundListeners, 'take' | 'release'>;
  /** Writes down which are stopped. */
  readonly keep: (stopped: readonly string[]) => void;
  readonly log: Logger;
  /** For tests: how long the decoy host has to let go of a port before it is killed and started without. */
  readonly closeMs?: number;
}

export class DecoySwitch {
  readonly #options: DecoySwitchOptions;
  readonly #stopped: Set<string>;
  /** The decoy host that runs has all that is not stopped. */
  #isServed = false;
  #last: Promise<void> = Promise.resolve();

  constructor(options: DecoySwitchOptions) {
    this.#options = options;
    this.#stopped = new Set(options.stopped);
  }

  isStopped(decoy: string): boolean {
    return this.#stopped.has(decoy);
  }

  /** A new decoy host was started: it has nothing yet. */
  hostStarted(): void {
    this.#isServed = false;
  }

  /** Gives the decoy host, which is ready, all that is not stopped. */
  serve(): Promise<void> {
    return this.#next(async () => {
      const { decoys, host, bound } = this.#options;
      for (const decoy of decoys) {
        if (this.#stopped.has(decoy.id)) continue;
        for (const { name, bind } of placesOf(decoy))
          await host.handOver(listenerMessage(decoy), await bound.take(name, bind));
      }
      this.#isServed = true;
    });
  }

  /** Does what a person has said, and answers how that went. */
  async obey({ request, decoy, listening }: DecoyOrder): Promise<DecoyAnswer> {
    try {
      await this.set(decoy, listening);
      return { t: 'decoy-set', request };
    } catch (error) {
      return { t: 'decoy-set', request, error: toWireError(error, 'DECOY_NOT_SWITCHED') };
    }
  }

  /** Rejects with `DECOY_UNKNOWN`, and with `LISTEN_…` where its port cannot be had: it stays stopped then. */
  set(id: string, isListening: boolean): Promise<void> {
    return this.#next(async () => {
      const decoy = this.#options.decoys.find((one) => one.id === id);
      if (decoy === undefined) throw new NetSentinelError('DECOY_UNKNOWN', 'user', `there is no decoy "${id}"`);
      if (this.#stopped.has(id) !== isListening) return;
      await (isListening ? this.#open(decoy) : this.#close(decoy));
    });
  }

  async #open(decoy: PlannedDecoy): Promise<void> {
    const { host } = this.#options;
    const bound: DecoyListener[] = [];
    try {
      for (const { bind } of placesOf(decoy)) bound.push(await bindAgain(bind, OPEN_MS));
      this.#keep((stopped) => stopped.delete(decoy.id));
    } catch (error) {
      for (const one of bound) one.close();
      throw error;
    }
    for (const one of bound)
      if (host.running && this.#isServed) await host.handOver(listenerMessage(decoy), one);
      // Whoever is started next is given all.
      else one.close();
  }

  async #close(decoy: PlannedDecoy): Promise<void> {
    const { host, bound, log, closeMs = CLOSE_MS } = this.#options;
    // First written down: a crash in between leaves it stopped, as it was asked to be.
    this.#keep((stopped) => stopped.add(decoy.id));
    host.send({ t: 'unlisten', decoy: decoy.id } satisfies ToDecoyHost);
    for (const { name } of placesOf(decoy)) bound.release(name);
    try {
      for (const { bind } of placesOf(decoy)) (await bindAgain(bind, closeMs)).close();
    } catch (error) {
      if (!isNetSentinelError(error, 'LISTEN_IN_USE')) throw error;
      log.warn('the decoy host did not let go of a port, and is started again', { decoy: decoy.id });
      host.renew();
    }
  }

  #keep(change: (stopped: Set<string>) => void): void {
    const stopped = new Set(this.#stopped);
    change(stopped);
    this.#options.keep([...stopped]);
    change(this.#stopped);
  }

  /** One after another, so that none is bound twice. */
  #next(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }
}

/** The decoy's own port, and the passive ones. */
function placesOf(decoy: PlannedDecoy): { readonly name: string; readonly bind: () => Promise<DecoyListener> }[] {
  return [
    { name: decoy.id, bind: () => bindDecoy(decoy) },
    ...passivePortsOf(decoy.options).map((port) => ({
      name: passiveName(decoy, port),
      bind: () => bindDecoy({ ...decoy, port }),
    })),
  ];
}

function listenerMessage({ id }: PlannedDecoy): ToDecoyHost {
  return { t: 'listener', decoy: id };
}
