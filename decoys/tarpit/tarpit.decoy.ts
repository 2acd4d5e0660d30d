/**
 * A port that keeps who connects to it waiting: a few bytes every ten seconds, for as long as a session may last (`decoyLimits.maxSessionMs`). It is the
 * one decoy that plays no real service, so it is a tell, and is only where somebody asks for it. Costs a timer and two small objects for each who is held;
 * of what they send the first words are told and the rest is not read, so that their window closes.
 */
import { randomInt } from 'node:crypto';
import { defineService } from '../service/define-service.ts';
import type { ServiceProtocol, ServiceSession } from '../service/service.types.ts';
import { TarpitConfig } from './tarpit.config.ts';

const DAY_MS = 86_400_000;
const MAX_TOLD = 255;
const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

type Style = TarpitConfig['style'];

/** One piece of what never ends. */
const PIECES: Readonly<Record<Style, () => string>> = {
  // No line may begin with "SSH-": ours have no capitals.
  ssh: () => `${letters(3, 32)}\r\n`,
  smtp: () => `220-${letters(3, 32)}\r\n`,
  http: () => `x-${letters(3, 12)}: ${letters(3, 24)}\r\n`,
  bytes: () => letters(1, 1),
};

export const tarpitDecoy = defineService<TarpitConfig>({
  id: 'tarpit',
  summary:
    'Holds who connects by bytes that drip: SSH lines, mail greetings, HTTP headers. No real service does; off unless configured.',
  stability: 'experimental',
  // Nothing has it: wherever it is put.
  standardPort: 2223,
  config: TarpitConfig,
  limits: { idleMs: DAY_MS },
  open(_, config) {
    const held = { count: 0 };
    return (session) => {
      if (held.count >= config.maxHeld) {
        session.reset('the tarpit is full');
        return { data: () => {} };
      }
      return new Tarpit(session, config, held);
    };
  },
});

class Tarpit implements ServiceProtocol {
  readonly #session: ServiceSession;
  readonly #config: TarpitConfig;
  readonly #held: { count: number };
  #slow = false;

  constructor(session: ServiceSession, config: TarpitConfig, held: { count: number }) {
    this.#session = session;
    this.#config = config;
    this.#held = held;
    held.count++;
    if (config.style !== 'http') this.#dripLater();
  }

  data(bytes: Buffer): void {
    const words = bytes
      .subarray(0, MAX_TOLD)
      .toString('latin1')
      .split(/[\r\n]/, 1)[0]!;
    this.#session.report.client({ software: words });
    // Who waits to be pulled out is the least telling of all: nothing more is read.
    this.#session.pause();
    if (this.#config.style !== 'http') return;
    this.#session.send('HTTP/1.1 200 OK\r\n');
    this.#dripLater();
  }

  drained(): void {
    this.#slow = false;
  }

  closed(): void {
    this.#held.count--;
  }

  #dripLater(): void {
    const { intervalMs, style } = this.#config;
    const third = Math.floor(intervalMs / 3);
    this.#session.after(intervalMs + randomInt(-third, third + 1), () => {
      if (!this.#slow) this.#slow = !this.#session.send(PIECES[style]());
      this.#dripLater();
    });
  }
}

function letters(from: number, to: number): string {
  return Array.from({ length: randomInt(from, to + 1) }, () => LETTERS[randomInt(LETTERS.length)]).join('');
}
