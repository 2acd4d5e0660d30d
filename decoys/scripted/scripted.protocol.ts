/** One TCP connection of a scripted exchange. */
import { randomInt } from 'node:crypto';
import type { ServiceProtocol, ServiceSession } from '../service/service.types.ts';
import { type ReadyExchange, type ReadyOutcome, wireBytes } from './exchange.ts';
import { MessageReader } from './message-reader.ts';
import { Runner } from './runner.ts';
import type { TemplateScope } from './template.ts';

const MAX_MESSAGES = 20_000;
const MAX_WAITING = 64 * 1024;

export class ScriptedProtocol implements ServiceProtocol {
  readonly #ready: ReadyExchange;
  readonly #session: ServiceSession;
  readonly #reader: MessageReader;
  readonly #runner: Runner;
  readonly #drawn = new Map<string, string>();
  #busy = false;
  #working = false;
  #messages = 0;
  #cancelIdle: () => void = () => {};

  constructor(ready: ReadyExchange, session: ServiceSession) {
    const { exchange } = ready;
    this.#ready = ready;
    this.#session = session;
    this.#reader = new MessageReader(exchange.max_message_bytes);
    this.#runner = new Runner(ready, session.report, {
      transport: 'tcp',
      protocol: exchange.protocol,
      type: session.source.ip.includes(':') && !session.source.ip.startsWith('::ffff:') ? 'ipv6' : 'ipv4',
    });
    // Logins are judged at once, so what is known of the attacker has to be there.
    session.wait(session.logins.prepare(session.actor), () => this.#work());
    session.send(wireBytes(ready.banner(this.#scope())));
    this.#idle();
  }

  data(bytes: Buffer): void {
    this.#reader.push(bytes);
    this.#work();
    if (this.#reader.waiting > MAX_WAITING) this.#session.reset('sent more than it waited for');
  }

  #work(): void {
    if (this.#working) return;
    this.#working = true;
    try {
      while (!this.#busy && !this.#session.over) {
        const state = this.#ready.states.get(this.#runner.state);
        const message = this.#reader.next(state?.take ?? this.#ready.exchange.take);
        if (message === undefined) return;
        this.#idle();
        if (++this.#messages > MAX_MESSAGES) return this.#session.end('most messages');
        const outcome = this.#runner.message(message, this.#scope(), ({ user, password }) =>
          password === undefined ? false : this.#session.logins.check(this.#session.actor, user, password),
        );
        if (outcome !== undefined) this.#do(outcome);
      }
    } finally {
      this.#working = false;
    }
  }

  #do(outcome: ReadyOutcome): void {
    const [from, to] = outcome.delayMs;
    const delay = from >= to ? from : randomInt(from, to + 1);
    const act = (): void => {
      const { reply, close } = outcome;
      if (reply !== undefined) this.#session.send(wireBytes(reply(this.#scope())));
      if (close === 'reset') this.#session.reset('closed by its script');
      else if (close === 'fin') this.#session.end('closed by its script');
    };
    if (delay === 0) return act();
    this.#busy = true;
    this.#session.pause();
    this.#session.after(delay, () => {
      this.#busy = false;
      act();
      this.#session.resume();
      this.#work();
    });
  }

  #scope(): TemplateScope {
    const { persona, source, destination, clock } = this.#session;
    return { persona, source, destination, now: clock.now(), captures: this.#runner.captures, drawn: this.#drawn };
  }

  #idle(): void {
    this.#cancelIdle();
    this.#cancelIdle = this.#session.after(this.#ready.exchange.idle_ms, () => this.#session.end('idle'));
  }
}
