/** A client calls itself by a search engine's name and is none of its machines: to be let in where crawlers are, or to be overlooked. Told once a day. */
import { z } from 'zod';
import { quote } from '../command-detector.ts';
import { rememberingDetector } from '../detector.types.ts';

const EVERY_MS = 24 * 60 * 60_000;
const Memory = z.object({ told: z.number() });

export const falseCrawler = rememberingDetector<z.infer<typeof Memory>>(
  {
    id: 'false-crawler',
    title: 'Pretends to be a search engine',
    severity: 'low',
    confidence: 75,
    techniques: ['T1036'],
    tactics: ['TA0005'],
    falsePositives:
      'A search engine that crawls from a new network, or a tool of your own that shows what search engines see.',
    on: ['request'],
    memory: Memory,
  },
  ({ event, time }, memory) => {
    const crawler = event.netsentinel.claimed_crawler;
    if (crawler === undefined || (memory !== undefined && Math.abs(time - memory.told) < EVERY_MS)) return undefined;
    return {
      memory: { told: time },
      finding: {
        summary: `Calls itself ${quote(event.user_agent?.original ?? '')} and comes from no network of ${crawler}`,
      },
    };
  },
);
