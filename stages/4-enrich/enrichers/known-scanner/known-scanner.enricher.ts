/**
 * Says whose scanner an address belongs to, by the networks that its operator names: `netsentinel.scanner`. What a client calls itself proves nothing. Where it
 * calls itself by the name of a crawler whose networks are all known, and comes from elsewhere, that is said too: `netsentinel.claimed_crawler`.
 */
import type { Enricher } from '@netsentinel/contracts/enricher';
import type { Event } from '@netsentinel/contracts/event';
import type { KnownScanner } from '@netsentinel/contracts/scanner';
import { NetworkTable } from '../../network-table.ts';
import type { ListedScanner } from './scanner-list.ts';

export interface KnownScannerOptions {
  readonly listed: readonly ListedScanner[];
  /** Networks that scan by the user's own order; they come before all others. */
  readonly own: readonly string[];
}

const OWN: KnownScanner = { id: 'own', name: 'Your own scanner', kind: 'own' };

export function knownScannerEnricher({ listed, own }: KnownScannerOptions): Enricher {
  const mine = new NetworkTable<KnownScanner>();
  for (const network of own) mine.add(network, OWN);
  const others = new NetworkTable<KnownScanner>();
  const crawlers: { readonly id: string; readonly name: string; readonly agent: string }[] = [];
  for (const { id, name, kind, networks, agents, complete } of listed) {
    for (const network of networks) others.add(network, { id, name, kind });
    if (complete === true) for (const agent of agents ?? []) crawlers.push({ id, name, agent });
  }

  function claimed(agent: string, scanner: KnownScanner | undefined): string | undefined {
    for (const crawler of crawlers)
      if (agent.includes(crawler.agent)) return crawler.id === scanner?.id ? undefined : crawler.name;
    return undefined;
  }

  return {
    id: 'known-scanner',
    enrich: (event: Event): Event => {
      const ip = event.source?.ip;
      if (ip === undefined) return event;
      const scanner = mine.find(ip) ?? others.find(ip);
      const agent = event.user_agent?.original;
      const crawler = agent === undefined ? undefined : claimed(agent, scanner);
      if (scanner === undefined && crawler === undefined) return event;
      return {
        ...event,
        netsentinel: {
          ...event.netsentinel,
          ...(scanner === undefined ? {} : { scanner }),
          ...(crawler === undefined ? {} : { claimed_crawler: crawler }),
        },
      };
    },
  };
}
