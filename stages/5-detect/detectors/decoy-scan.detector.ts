/** One decoy after the other was connected to: a scan that completes its connections, told by decoys alone where nobody sees packets. Reported once an hour and actor. */
import { z } from 'zod';
import { rememberingDetector } from '../detector.types.ts';

const WINDOW_MS = 60_000;
const EVERY_MS = 60 * 60_000;
/** Nobody has business with even one. */
const DECOYS = 3;
const MAX_DECOYS = 16;
const Memory = z.object({
  /** Each with when it was last connected to. */
  lately: z.array(z.tuple([z.string().max(64), z.number()])).max(MAX_DECOYS),
  told: z.number().optional(),
});

export const decoyScan = rememberingDetector<z.infer<typeof Memory>>(
  {
    id: 'decoy-scan',
    title: 'Scan by connecting',
    severity: 'medium',
    confidence: 80,
    techniques: ['T1046', 'T1595.001'],
    tactics: ['TA0043', 'TA0007'],
    falsePositives: 'Scanners of search engines and researchers; an inventory scanner of your own.',
    on: ['connect'],
    memory: Memory,
  },
  ({ event, time }, memory) => {
    const decoy = event.netsentinel.decoy?.id.slice(0, 64);
    if (decoy === undefined) return undefined;
    const earlier = (memory?.lately ?? []).filter(([id, at]) => id !== decoy && Math.abs(time - at) < WINDOW_MS);
    const lately = [...earlier, [decoy, time] as [string, number]].slice(-MAX_DECOYS);
    const told = memory?.told;
    const wasTold = told !== undefined && Math.abs(time - told) < EVERY_MS;
    if (lately.length < DECOYS || wasTold) return { memory: { lately, ...(told === undefined ? {} : { told }) } };
    return {
      memory: { lately, told: time },
      finding: {
        summary: `Connected to ${lately.length} decoys within a minute: ${lately.map(([id]) => id).join(', ')}`,
      },
    };
  },
);
