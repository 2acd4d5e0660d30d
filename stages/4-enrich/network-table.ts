/** Which network an address is in: the narrowest of a table that is made once and asked often. One look-up in a map for each length of prefix. */
import { parseAddress, parseNetwork, type Network } from '@netsentinel/kernel/address';

interface Length<Key, Value> {
  readonly prefix: number;
  readonly networks: Map<Key, Value>;
}

export class NetworkTable<Value> {
  /** The longest prefixes first. */
  readonly #v4: Length<number, Value>[] = [];
  readonly #v6: Length<bigint, Value>[] = [];
  /** Of the first 16 bits, those that any network begins with: most addresses are told apart by them. */
  readonly #near = new Uint8Array(1 << 16);
  /** Events come in runs of one address. */
  #last: { readonly ip: string; readonly value: Value | undefined } | undefined;

  /** The first word on a network counts. What is no network is left out. */
  add(text: string, value: Value): void {
    const network = parseNetwork(text);
    if (network === undefined) return;
    if (network.family === 4) {
      const base = Number(network.base);
      put(this.#v4, network, base, value);
      this.#near.fill(1, base >>> 16, (base >>> 16) + 2 ** Math.max(0, 16 - network.prefix));
    } else put(this.#v6, network, network.base, value);
    this.#last = undefined;
  }

  find(ip: string): Value | undefined {
    if (this.#last?.ip === ip) return this.#last.value;
    const value = this.#find(ip);
    this.#last = { ip, value };
    return value;
  }

  #find(ip: string): Value | undefined {
    const quad = dottedQuad(ip);
    if (quad !== undefined) return this.#findV4(quad);
    const address = parseAddress(ip);
    if (address === undefined) return undefined;
    if (address.family === 4) return this.#findV4(Number(address.value));
    for (const { prefix, networks } of this.#v6) {
      const hostBits = BigInt(128 - prefix);
      const found = networks.get((address.value >> hostBits) << hostBits);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #findV4(address: number): Value | undefined {
    if (this.#near[address >>> 16] === 0) return undefined;
    for (const { prefix, networks } of this.#v4) {
      const found = networks.get(prefix === 0 ? 0 : (address & (-1 << (32 - prefix))) >>> 0);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

function put<Key, Value>(lengths: Length<Key, Value>[], { prefix }: Network, base: Key, value: Value): void {
  let length = lengths.find((one) => one.prefix === prefix);
  if (length === undefined) {
    length = { prefix, networks: new Map() };
    lengths.push(length);
    lengths.sort((a, b) => b.prefix - a.prefix);
  }
  if (!length.networks.has(base)) length.networks.set(base, value);
}

/** An IPv4 address as a number; undefined for anything but four plain numbers. */
function dottedQuad(text: string): number | undefined {
  let [address, part, digits, dots] = [0, 0, 0, 0];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 46 && digits > 0 && dots < 3) {
      address = address * 256 + part;
      part = digits = 0;
      dots++;
      continue;
    }
    if (code < 48 || code > 57 || (digits > 0 && part === 0)) return undefined;
    part = part * 10 + code - 48;
    digits++;
    if (part > 255) return undefined;
  }
  return dots === 3 && digits > 0 ? address * 256 + part : undefined;
}
