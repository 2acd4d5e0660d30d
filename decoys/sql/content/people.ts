/** People of a persona who do not exist: names, addresses, password hashes and the secrets that an attacker takes for real. */
import { createHash } from 'node:crypto';
import type { Persona } from '../../persona/persona.types.ts';
import { SeededRandom } from '../../persona/seeded-random.ts';

const FIRST =
  'Anna Mark Peter Julia Tom David Maria Lukas Sara Jan Eva Paul Nina Martin Laura Simon Elena Felix Carla Oliver Ivan Mia Adam Clara Hugo Irene Jonas Karin Leo Marta Nils Olga Pavel Rita Sven Tina Viktor Wanda Yara Zoe'.split(
    ' ',
  );
const LAST =
  'Novak Berger Schmitt Laurent Keller Moreau Jansen Lindqvist Rossi Horvat Kovacs Nowak Fischer Weber Petit Garnier Silva Costa Marin Dumont Ritter Vogel Sommer Brandt Engel Falk Hansen Iversen Jensen Krause Lang Maurer Nagel Otto Peters Quast Roth Stein Thoma Urban'.split(
    ' ',
  );
const STREETS =
  'Mill Lane,Station Road,Church Street,Park Avenue,High Street,Garden Way,Lake View,Bridge Street,School Lane,Market Square,Hill Road,Forest Drive'.split(
    ',',
  );
const CITIES = 'Lindenau,Marwick,Oakfield,Westbrook,Steinbach,Altmark,Rivermouth,Northam,Valmont,Brennig'.split(',');
/** The alphabet of crypt's base64. */
const ITOA64 = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BCRYPT64 = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export interface Person {
  readonly first: string;
  readonly last: string;
  readonly login: string;
  readonly email: string;
  readonly phone: string;
  readonly street: string;
  readonly city: string;
  readonly postcode: string;
}

export class People {
  readonly random: SeededRandom;
  readonly #domain: string;
  readonly #start: number;

  constructor(persona: Persona, purpose: string) {
    this.random = new SeededRandom(persona.derive(`sql ${purpose}`, 32), purpose);
    // Reserved for examples: nobody's mail.
    this.#domain = `${persona.organization.short}.example`;
    this.#start = persona.installedAt;
  }

  get domain(): string {
    return this.#domain;
  }

  person(outside = true): Person {
    const { random } = this;
    const first = random.pick(FIRST);
    const last = random.pick(LAST);
    const login = `${first[0]!}${last}`.toLowerCase();
    return {
      first,
      last,
      login,
      email: outside
        ? `${first}.${last}${random.between(1, 99)}@${random.pick(['mail', 'post', 'inbox', 'home'])}.example`.toLowerCase()
        : `${first}.${last}@${this.#domain}`.toLowerCase(),
      // A range kept free for fiction.
      phone: `+44 1632 960${String(random.between(100, 999))}`,
      street: `${random.pick(STREETS)} ${random.between(1, 140)}`,
      city: random.pick(CITIES),
      postcode: String(random.between(10_000, 98_999)),
    };
  }

  /** A moment between the installation and `until`, `YYYY-MM-DD HH:MM:SS`. */
  time(until: number, from = this.#start): string {
    const span = Math.max(86_400, Math.floor((until - from) / 1000));
    return timeText(from + this.random.between(0, span) * 1000);
  }

  /** What WordPress keeps: phpass, of a password that is nobody's. */
  phpass(): string {
    return `$P$B${this.letters(ITOA64, 30)}`;
  }

  bcrypt(prefix = '$2y$10$'): string {
    return `${prefix}${this.letters(BCRYPT64, 53)}`;
  }

  md5(): string {
    return createHash('md5').update(this.random.hex(16)).digest('hex');
  }

  letters(alphabet: string, count: number): string {
    return this.random.letters(count, alphabet);
  }

  /** Looks like the secrets that people choose. */
  password(): string {
    const { random } = this;
    return `${random.pick(['Sommer', 'Winter', 'Backup', 'Secure', 'Server', 'Welcome', 'Start'])}${random.pick(['!', '#', '-', '_'])}${random.between(1000, 9999)}${random.letters(2)}`;
  }
}

export function timeText(ms: number): string {
  const text = new Date(ms).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 19)}`;
}
