/** An event in as few words as it takes to tell what a behaviour found in it: whose it was, when, and which. */
import type { Event } from '@netsentinel/contracts/event';

export function briefEvent({ '@timestamp': timestamp, event, source, netsentinel }: Event): Event {
  const { id, ingested, kind, dataset, sequence } = event;
  const { sensor, source_verified, actor, scanner, claimed_crawler } = netsentinel;
  return {
    '@timestamp': timestamp,
    event: { id, ingested, kind, dataset, sequence },
    source: { ip: source?.ip },
    netsentinel: {
      sensor,
      source_verified,
      actor,
      ...(scanner === undefined ? {} : { scanner }),
      ...(claimed_crawler === undefined ? {} : { claimed_crawler }),
    },
  };
}
