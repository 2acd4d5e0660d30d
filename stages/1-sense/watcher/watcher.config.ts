import { z } from 'zod';

export const WatcherConfig = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe(
      'See probes of ports that nobody serves: SYN, connect, FIN, NULL, Xmas, ACK and UDP scans, and pings. Needs the right to see packets (root); without, scans are told by connections to decoys alone.',
    ),
  addresses: z
    .enum(['decoys', 'all'])
    .default('decoys')
    .describe("Which of this machine's addresses are watched: those that decoys listen on, or all of them."),
  interfaces: z
    .array(z.string().regex(/^[^\s/]{1,15}$/, 'a name as `ip link` shows it'))
    .max(64)
    .default([])
    .describe('Network interfaces to watch. Empty: all but loopback, which is watched where it is named.'),
});
export type WatcherConfig = z.infer<typeof WatcherConfig>;
