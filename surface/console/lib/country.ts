/** Names of countries by their codes of ISO 3166-1, in the browser's language. */
const names = new Intl.DisplayNames(undefined, { type: 'region', fallback: 'code' });

/** The name; what is no such code as it is. */
export function countryName(code: string): string {
  return /^[A-Z]{2}$/.test(code) ? (names.of(code) ?? code) : code;
}
