/** Who a known scanner is, in words. Apart from its schema, which the console has no use for. */
import type { KnownScanner, ScannerKind } from './scanner.ts';

const WHAT: Readonly<Record<ScannerKind, string>> = {
  research: 'a research scanner',
  'search-engine': "a search engine's crawler",
  own: 'a scanner of your own',
};

/** `Shodan, a research scanner`. */
export function describeScanner({ name, kind }: KnownScanner): string {
  return kind === 'own' ? 'A scanner of your own' : `${name}, ${WHAT[kind]}`;
}
