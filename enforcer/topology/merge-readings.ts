/** Pure: what several responders read as one picture, within bounds. */
import {
  MOST,
  type Topology,
  type TopologyEnd,
  type TopologyHost,
  type TopologyLink,
} from '@netsentinel/contracts/topology';
import type { NetworkReading } from '../openflow/switch-network.types.ts';

/** A switch that two responders know is told once, as the first knows it. A host is where it is plugged in: not at the ends of links. */
export function mergeReadings(readings: readonly NetworkReading[]): Topology {
  const seen = new Set<string>();
  const switches = readings
    .flatMap((reading) => reading.switches)
    .filter(({ id, responder, name }) => {
      const key = id === '' ? `${responder} ${name}` : id;
      return !seen.has(key) && seen.add(key);
    });
  const named = new Set(switches.map(({ name }) => name));
  const links = unique(
    readings
      .flatMap((reading) => reading.links)
      .filter(({ from, to }) => named.has(from.switch) && named.has(to.switch)),
    linkName,
  );
  const ends = new Set(links.flatMap(({ from, to }) => [endName(from), endName(to)]));
  const hosts = unique(
    readings
      .flatMap((reading) => reading.hosts)
      .filter(({ at }) => named.has(at.switch) && !ends.has(endName(at)))
      .toSorted((a, b) => (b.lastSeen ?? 0) - (a.lastSeen ?? 0)),
    ({ mac, at }: TopologyHost) => `${mac} ${endName(at)}`,
  ).toSorted((a, b) => (endName(a.at) + a.mac < endName(b.at) + b.mac ? -1 : 1));
  const cut = switches.length > MOST.switches || links.length > MOST.links || hosts.length > MOST.hosts;
  return {
    switches: switches.slice(0, MOST.switches),
    links: links.slice(0, MOST.links),
    hosts: hosts.slice(0, MOST.hosts),
    cut,
  };
}

function unique<T>(all: readonly T[], nameOf: (one: T) => string): T[] {
  const found = new Map<string, T>();
  for (const one of all) if (!found.has(nameOf(one))) found.set(nameOf(one), one);
  return [...found.values()];
}

/** The same in both directions. */
function linkName({ from, to }: TopologyLink): string {
  return [endName(from), endName(to)].toSorted().join(' ');
}

function endName({ switch: place, port }: TopologyEnd): string {
  return JSON.stringify([place, port]);
}
