/** Words that names are made of: persons, places, and organisations that nobody has. */
import type { SeededRandom } from './seeded-random.ts';

const CONSONANTS = 'bcdfgklmnprstv';
const VOWELS = 'aeiou';

export const FIRST_NAMES: readonly string[] =
  'anna mark peter julia tom david maria lukas sara jan eva paul nina martin laura simon elena felix carla oliver'.split(
    ' ',
  );
export const LAST_NAMES: readonly string[] =
  'weber novak rossi keller moreau jansen costa meyer lindholm horvat brandt petrov silva dubois marek olsen fischer'.split(
    ' ',
  );
/** Airports, as administrators name their racks. */
export const PLACES: readonly string[] = 'fra ams par lon nyc sfo sin waw hel vie mad mil'.split(' ');

export const CITIES: readonly { readonly name: string; readonly country: string }[] = [
  { name: 'Frankfurt', country: 'DE' },
  { name: 'Hamburg', country: 'DE' },
  { name: 'Amsterdam', country: 'NL' },
  { name: 'Lyon', country: 'FR' },
  { name: 'Vienna', country: 'AT' },
  { name: 'Gothenburg', country: 'SE' },
  { name: 'Brno', country: 'CZ' },
  { name: 'Leeds', country: 'GB' },
  { name: 'Columbus', country: 'US' },
  { name: 'Denver', country: 'US' },
];
const BUSINESSES: readonly string[] = [
  'Logistics',
  'Consulting',
  'Systems',
  'Trading',
  'Engineering',
  'Foods',
  'Media',
];

/** A word that can be spoken and is in no dictionary: about four syllables of a thousand. */
export function madeUpWord(random: SeededRandom): string {
  const end = random.letters(1, VOWELS);
  let word = '';
  for (let i = 0; i < 2; i++)
    word += random.letters(1, CONSONANTS) + random.letters(1, VOWELS) + random.letters(1, CONSONANTS);
  return word + end;
}

export interface Organization {
  readonly name: string;
  readonly short: string;
  readonly city: string;
  readonly country: string;
}

export function drawOrganization(random: SeededRandom): Organization {
  const short = madeUpWord(random);
  const { name: city, country } = random.pick(CITIES);
  return { name: `${short[0]!.toUpperCase()}${short.slice(1)} ${random.pick(BUSINESSES)}`, short, city, country };
}

/** What the words in braces of a scheme stand for. */
export type SchemeWords = Readonly<Record<string, string>>;

/** `{org}-fs{n2}` with its words filled in and its digits and letters drawn. A word that is not known stays as it is. */
export function fillScheme(scheme: string, words: SchemeWords, random: SeededRandom): string {
  return scheme.replace(/\{([A-Za-z]+?)(\d*)\}/g, (whole, name: string, count: string) => {
    const known = words[name + count] ?? words[name];
    if (known !== undefined) return known;
    const length = Number(count);
    switch (count === '' ? '' : name) {
      case 'n':
        return `${random.between(1, 9)}${random.letters(length - 1, '0123456789')}`;
      case 'x':
        return random.hex(length);
      case 'a':
        return random.letters(length);
      case 'A':
        return random.letters(length, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789');
      default:
        return name === 'word' ? madeUpWord(random) : name === 'place' ? random.pick(PLACES) : whole;
    }
  });
}
