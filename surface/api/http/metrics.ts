/** Pure: the platform's status as Prometheus reads it (text exposition format 0.0.4). */
import type { PlatformStatus } from '@netsentinel/contracts/live';

interface Metric {
  /** Without `netsentinel_`. */
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly samples: readonly { readonly labels?: Readonly<Record<string, string>>; readonly value: number }[];
}

export function prometheusText(status: PlatformStatus): string {
  return metricsOf(status)
    .flatMap(({ name, type, help, samples }) => [
      `# HELP netsentinel_${name} ${help}`,
      `# TYPE netsentinel_${name} ${type}`,
      ...samples.map(({ labels, value }) => `netsentinel_${name}${labelText(labels)} ${value}`),
    ])
    .join('\n')
    .concat('\n');
}

function metricsOf(status: PlatformStatus): readonly Metric[] {
  const { decoys, collectors, rules, sources } = status;
  const ofCollectors = (value: (one: PlatformStatus['collectors'][number]) => number): Metric['samples'] =>
    collectors.map((one) => ({ labels: { collector: one.id, type: one.type }, value: value(one) }));
  const ofDecoys = (value: (one: PlatformStatus['decoys'][number]) => number): Metric['samples'] =>
    decoys.map((one) => ({ labels: { decoy: one.id, type: one.type }, value: value(one) }));
  const one = (value: number): Metric['samples'] => [{ value }];
  return [
    {
      name: 'start_time_seconds',
      type: 'gauge',
      help: 'When the platform started, in Unix time.',
      samples: one(status.startedAt / 1000),
    },
    { name: 'events_total', type: 'counter', help: 'Events received since then.', samples: one(status.eventsTotal) },
    { name: 'incidents_open', type: 'gauge', help: 'Incidents that are open.', samples: one(status.openIncidents) },
    {
      name: 'blocks_in_force',
      type: 'gauge',
      help: 'Blocks, and other measures, in force.',
      samples: one(status.blocksInForce),
    },
    { name: 'rules', type: 'gauge', help: 'Sigma rules in force.', samples: one(rules.rules) },
    { name: 'correlations', type: 'gauge', help: 'Sigma correlations in force.', samples: one(rules.correlations) },
    { name: 'rules_refused', type: 'gauge', help: 'Rules that could not be read.', samples: one(rules.refused) },
    {
      name: 'scan_probes_uncounted_total',
      type: 'counter',
      help: 'Probes of scans that could not be counted by port.',
      samples: one(status.scans.uncounted),
    },
    {
      name: 'sources',
      type: 'gauge',
      help: 'Sensors and sources that are expected to be heard.',
      samples: one(sources.known),
    },
    { name: 'sources_silent', type: 'gauge', help: 'Those of them that are not.', samples: one(sources.silent) },
    { name: 'decoy_connections', type: 'gauge', help: 'Open connections.', samples: ofDecoys((d) => d.connections) },
    { name: 'decoy_up', type: 'gauge', help: '1 where it serves.', samples: ofDecoys((d) => Number(d.healthy)) },
    { name: 'collector_up', type: 'gauge', help: '1 where it reads.', samples: ofCollectors((c) => Number(c.healthy)) },
    {
      name: 'collector_events_total',
      type: 'counter',
      help: 'Events that it read.',
      samples: ofCollectors((c) => c.events),
    },
    {
      name: 'collector_refused_total',
      type: 'counter',
      help: 'Records that it could not read.',
      samples: ofCollectors((c) => c.refused),
    },
    {
      name: 'collector_dropped_total',
      type: 'counter',
      help: 'Records that were dropped in a flood.',
      samples: ofCollectors((c) => c.dropped),
    },
    {
      name: 'collector_lag_bytes',
      type: 'gauge',
      help: 'What is written to its files and not read yet.',
      samples: ofCollectors((c) => c.lagBytes),
    },
  ];
}

function labelText(labels: Readonly<Record<string, string>> | undefined): string {
  if (labels === undefined) return '';
  const pairs = Object.entries(labels).map(
    ([name, value]) =>
      `${name}="${value.replace(/[\\"\n]/g, (char) => (char === '\n' ? String.raw`\n` : `\\${char}`))}"`,
  );
  return `{${pairs.join(',')}}`;
}
