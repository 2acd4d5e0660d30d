/** The list of scanners that are known (`content/scanners`), as it is read. It comes with the product: a mistake in it is ours. */
import { z } from 'zod';
import { parseNetwork } from '@netsentinel/kernel/address';
import { KnownScanner } from '@netsentinel/contracts/scanner';

const network = z
  .string()
  .max(49)
  .refine((text) => parseNetwork(text) !== undefined, 'no network');

const ListedScanner = z.strictObject({
  ...KnownScanner.shape,
  kind: KnownScanner.shape.kind.exclude(['own']),
  /** Where its operator says so. */
  source: z.url(),
  /** What a crawler calls itself in `User-Agent`. */
  agents: z.array(z.string().min(4).max(64)).max(8).optional(),
  /** Whether all networks are listed that it comes from, so that whoever calls itself so from elsewhere is somebody else. */
  complete: z.boolean().optional(),
  /** Ends of its machines' names in the reverse DNS, for people. */
  names: z.array(z.string().startsWith('.').max(128)).max(8).optional(),
  networks: z.array(network).min(1).max(1000),
});
export type ListedScanner = z.infer<typeof ListedScanner>;

const ScannerList = z.strictObject({
  $comment: z.string(),
  /** The day as of which the list says so. */
  compiled: z.iso.date(),
  scanners: z.array(ListedScanner).max(500),
});

export function readScannerList(text: string): readonly ListedScanner[] {
  return ScannerList.parse(JSON.parse(text)).scanners;
}
