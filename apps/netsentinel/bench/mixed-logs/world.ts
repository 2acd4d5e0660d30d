/**
 * The network whose logs the benchmark writes: some thousand clients within, many more outside, the servers that they use, and attackers among them. All of it
 * follows from a seed. Addresses are from ranges that are nobody's: private, benchmarking (RFC 2544) and shared (RFC 6598) ones.
 */

export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed + 1, 0x9e3779b1) >>> 0 || 1;
  }

  /** From 0 up to, and without, `n`. Xorshift: fast, and good enough for logs. */
  below(n: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return Math.floor((this.#state / 2 ** 32) * n);
  }

  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  /** Few are met often, most of them seldom. */
  seldom(n: number): number {
    const part = this.below(1 << 24) / 2 ** 24;
    return Math.floor(n * part * part * part);
  }
}

const INSIDERS = 5_000;
const OUTSIDERS = 40_000;
const SERVERS = 400;
const SERVERS_EACH = 8;

/** Someone who works here: 10.0.0.0/8. */
export function insider(random: Random): { readonly ip: string; readonly number: number } {
  const number = random.seldom(INSIDERS);
  return { ip: `10.${1 + (number >> 8)}.${number & 255}.${10 + (number % 200)}`, number };
}

/** A visitor of our sites: 198.18.0.0/15. */
export function outsider(random: Random): string {
  const number = random.seldom(OUTSIDERS);
  return `198.${18 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`;
}

/** Everybody uses a few servers, and always the same ones. */
export function serverOf(client: number, random: Random): { readonly ip: string; readonly port: number } {
  const number = (client * 7 + random.below(SERVERS_EACH)) % SERVERS;
  return { ip: `198.19.${200 + (number >> 8)}.${number & 255}`, port: number % 5 === 0 ? 80 : 443 };
}

/** 100.64.0.0/10: room for four million attackers. */
export function attackerAddress(number: number): string {
  return `100.${64 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`;
}

const WORDS = 'about account app archive assets blog cart catalogue contact docs download feed forum help images'.split(
  ' ',
);
const MORE_WORDS =
  'item list login news order page photos profile search shop static stats status team terms user'.split(' ');

export function page(random: Random): string {
  switch (random.below(4)) {
    case 0:
      return `/${random.of(WORDS)}/${random.of(MORE_WORDS)}?page=${random.below(40)}&sort=date`;
    case 1:
      return `/static/${random.of(MORE_WORDS)}-${random.below(400)}.js`;
    case 2:
      return `/${random.of(WORDS)}/${random.of(MORE_WORDS)}-${random.below(3000)}.html`;
    default:
      return `/images/${random.of(WORDS)}/${random.below(5000)}.png`;
  }
}

export function site(random: Random): string {
  return `www.site${random.seldom(3000)}.example`;
}

const AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15',
  'Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148',
] as const;

export function agent(random: Random): string {
  return random.of(AGENTS);
}

/** Some pages are not there, and some clients know them from before. */
export function status(random: Random): number {
  const draw = random.below(200);
  return draw === 0 ? 404 : draw < 10 ? 304 : draw < 14 ? 302 : 200;
}
