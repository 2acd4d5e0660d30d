/** What happens to a message, however it came: it is parsed, and handed on with the next number of its origin. */
import type { CollectorContext, Delivery, MessageSource } from '@netsentinel/contracts/collector';
import { Refusal } from '@netsentinel/contracts/parser';

export class MessageSink {
  readonly #messages: MessageSource;
  readonly #delivery: Delivery;
  #sequence = 0;
  #cutBytes = 0;

  /** @param trusted whether whoever sends is believed */
  constructor(ctx: CollectorContext, messages: MessageSource, trusted: boolean) {
    this.#messages = messages;
    // The order of receipt is a message's identity: nobody sends syslog twice.
    this.#delivery = ctx.open(ctx.newEpoch(), { trusted });
  }

  /** Bytes that were left out of messages that were too long. */
  get cutBytes(): number {
    return this.#cutBytes;
  }

  take(message: string, sender: string, cutBytes: number): void {
    const sequence = ++this.#sequence;
    this.#cutBytes += cutBytes;
    const { parsed, definition } = this.#messages.read(message, sender, cutBytes > 0);
    if (parsed instanceof Refusal)
      this.#delivery.refused(sequence, { reason: parsed.reason, original: message }, definition);
    else this.#delivery.document(sequence, parsed);
  }

  /** What cannot be read as messages, kept as it is. */
  refuse(reason: string, original: string, definition: Parameters<Delivery['refused']>[2]): void {
    this.#delivery.refused(++this.#sequence, { reason, original }, definition);
  }
}
