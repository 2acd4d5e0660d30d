/** What can be set about enforcement points on other hosts, at the centre that they obey. */
import { ResponseMode } from '@netsentinel/contracts/action';
import { z } from 'zod';

const EVERYWHERE = new Set(['0.0.0.0', '::']);

export const PointsConfig = z
  .strictObject({
    address: z
      .union([z.ipv4(), z.ipv6()])
      .default('0.0.0.0')
      .describe('Address that points connect to; 0.0.0.0 is all of IPv4, :: all of both.'),
    port: z.number().int().min(1024).max(65_535).default(8844).describe('TCP port that points connect to.'),
    reachedAt: z
      .string()
      .regex(/^[A-Za-z0-9:][A-Za-z0-9.:-]{0,252}$/, 'Not a host name or an address')
      .optional()
      .describe('Host name or address of this machine as points know it; where not given, `address`.'),
    mode: ResponseMode.optional().describe(
      'What is ordered of points; without it, what `mode` of the enforcer says. What a point makes of it, its own `mode` says besides.',
    ),
  })
  .refine(({ address, reachedAt }) => reachedAt !== undefined || !EVERYWHERE.has(address), {
    path: ['reachedAt'],
    error: 'Say by which name or address points reach this machine: it listens at all of its addresses',
  });
export type PointsConfig = z.infer<typeof PointsConfig>;
