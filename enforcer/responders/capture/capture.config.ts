/** What can be set about captures. */
import { z } from 'zod';

export const CaptureConfig = z
  .strictObject({
    interfaces: z
      .array(z.string().regex(/^[^\s/:]{1,15}$/, 'the name of a network interface'))
      .max(64)
      .default([])
      .describe(
        'Interfaces whose packets are captured, as `ip link` names them; empty: all, where a packet that passes several (a bridge, a VLAN) is written once for each.',
      ),
    maxBytesPerCapture: z
      .number()
      .int()
      .min(65_536)
      .max(1_099_511_627_776)
      .default(67_108_864)
      .describe('Bytes of all files of one order; then it is full, and nothing more is written.'),
    maxCaptures: z
      .number()
      .int()
      .min(1)
      .max(16)
      .default(4)
      .describe('Networks captured at once, each by a process of some 60 MB; more are refused.'),
    maxTotalBytes: z
      .number()
      .int()
      .min(65_536)
      .max(1_099_511_627_776)
      .default(1_073_741_824)
      .describe(
        'Bytes of all files together, those that are written now counted as full. The oldest are removed for new ones, which the audit tells. At least `maxCaptures` times `maxBytesPerCapture`.',
      ),
    snapLength: z
      .number()
      .int()
      .min(64)
      .max(65_535)
      .default(65_535)
      .describe('Bytes of each packet that are kept, from its IP header on; by default all.'),
  })
  .refine(({ maxBytesPerCapture, maxCaptures, maxTotalBytes }) => maxBytesPerCapture * maxCaptures <= maxTotalBytes, {
    path: ['maxTotalBytes'],
    error: 'Less than `maxCaptures` times `maxBytesPerCapture`: captures that run at once would have no room',
  })
  .describe(
    'Writes the packets from and to a network into pcap files in `captures/` of the data folder, while an order of the measure `capture` says so. Changes nothing of the traffic, and needs root, as port scans do.',
  );
export type CaptureConfig = z.infer<typeof CaptureConfig>;
