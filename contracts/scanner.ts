/** Machines that scan everybody, or us by our own order: who it is, where that is known of an address. */
import { z } from 'zod';

export const ScannerKind = z.enum(['research', 'search-engine', 'own']);
export type ScannerKind = z.infer<typeof ScannerKind>;

export const KnownScanner = z.strictObject({
  id: z.string().max(64),
  name: z.string().max(128),
  kind: ScannerKind,
});
export type KnownScanner = z.infer<typeof KnownScanner>;
