/** Every enricher, one line each, and all of them as one. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Enricher } from '@netsentinel/contracts/enricher';
import type { Honeytoken } from '@netsentinel/contracts/honeytoken';
import type { NetworksConfig } from '../enrich.config.ts';
import { honeytokenEnricher } from './honeytoken/honeytoken.enricher.ts';
import { knownScannerEnricher } from './known-scanner/known-scanner.enricher.ts';
import { readScannerList } from './known-scanner/scanner-list.ts';

/** @param content the product's `content` folder */
export async function createEnrichment(
  content: string,
  { ownScanners }: Pick<NetworksConfig, 'ownScanners'>,
  honeytokens: readonly Honeytoken[] = [],
): Promise<Enricher['enrich']> {
  const listed = readScannerList(await readFile(join(content, 'scanners', 'known-scanners.json'), 'utf8'));
  const enrichers: readonly Enricher[] = [
    knownScannerEnricher({ listed, own: ownScanners }),
    honeytokenEnricher(honeytokens),
  ];
  return (event) => enrichers.reduce((enriched, enricher) => enricher.enrich(enriched), event);
}
