/** Who may send: every address, or those of the networks that are configured. Answers are remembered, since the same few ask millions of times. */
import { formatAddress, networkContains, parseAddress, parseNetwork, type Network } from '@netsentinel/kernel/address';
import { z } from 'zod';

/** A list of networks in a configuration. */
export const Networks = z
  .array(z.string().refine((text) => parseNetwork(text) !== undefined, 'no address or network such as 192.0.2.0/24'))
  .max(1024);

const MAX_REMEMBERED = 4096;

export class AllowedSenders {
  readonly #networks: readonly Network[];
  /** The address in its canonical form; an empty text for who may not send. */
  readonly #remembered = new Map<string, string>();

  /** @param networks undefined: everybody */
  constructor(networks: readonly string[] | undefined) {
    this.#networks = (networks ?? ['0.0.0.0/0', '::/0']).flatMap((text) => parseNetwork(text) ?? []);
  }

  /** The canonical form of an address that may send; undefined for one that may not, or that is none. */
  admit(address: string): string | undefined {
    let canonical = this.#remembered.get(address);
    if (canonical === undefined) {
      canonical = this.#look(address);
      if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
      this.#remembered.set(address, canonical);
    }
    return canonical === '' ? undefined : canonical;
  }

  #look(text: string): string {
    // A link-local peer comes with its interface behind it.
    const percent = text.indexOf('%');
    const address = parseAddress(percent === -1 ? text : text.slice(0, percent));
    if (address === undefined || !this.#networks.some((network) => networkContains(network, address))) return '';
    return formatAddress(address);
  }
}
