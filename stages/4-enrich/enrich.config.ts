/** What the user says of the networks around. */
import { z } from 'zod';
import { parseNetwork } from '@netsentinel/kernel/address';

const network = z
  .string()
  .max(49)
  .refine((text) => parseNetwork(text) !== undefined, 'not an address or network in CIDR form');

export const NetworksConfig = z.strictObject({
  ownScanners: z
    .array(network)
    .max(1000)
    .default([])
    .describe(
      'Addresses and networks that scan by your own order. Their probing is shown as such, weighs little, and they are never blocked.',
    ),
  addressTable: z
    .string()
    .max(4096)
    .optional()
    .describe(
      'CSV file that says where addresses are (network,latitude,longitude,country, or start_ip,end_ip in place of the network), plain or gzip, as GeoIP databases come. With it, logins of one account from places too far apart are found. Relative to this file.',
    ),
  vpns: z
    .array(z.string().max(4096))
    .max(32)
    .default([])
    .describe(
      'Files with networks of VPNs, proxies and the like, one a line: the places of those addresses say nothing.',
    ),
});
export type NetworksConfig = z.infer<typeof NetworksConfig>;
