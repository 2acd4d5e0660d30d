/** Pure: the platform's status and what it takes, as Prometheus reads it (text exposition format 0.0.4). */
import type { PlatformStatus } from '@netsentinel/contracts/live';
import type { SystemFigures } from '@netsentinel/contracts/system-figures';

interface Metric {
  /** Without `netsentinel_`. */
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly samples: readonly { readonly labels?: Readonly<Record<string, string>>; readonly value: number }[];
}

/** @param figures undefined where they cannot be read just now: the rest is told all the same */
export function prometheusText(status: PlatformStatus, figures: SystemFigures | undefined): string {
  return [...metricsOf(status), ...(figures === undefined ? [] : metricsOfFigures(figures))]
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

function metricsOfFigures({ memory, busy, stages, storage, disk }: SystemFigures): readonly Metric[] {
  const one = (value: number): Metric['samples'] => [{ value }];
  return [
    {
      name: 'stage_waiting_records',
      type: 'gauge',
      help: 'Records of its stream that a stage is not done with.',
      samples: stages.map(({ id, waiting }) => ({ labels: { stage: id }, value: waiting })),
    },
    {
      name: 'storage_bytes',
      type: 'gauge',
      help: 'What lies on the disk.',
      samples: storage.map(({ id, bytes }) => ({ labels: { store: id }, value: bytes })),
    },
    {
      name: 'storage_limit_bytes',
      type: 'gauge',
      help: 'Beyond it the oldest goes.',
      samples: storage.flatMap(({ id, limit }) =>
        limit === undefined ? [] : [{ labels: { store: id }, value: limit }],
      ),
    },
    {
      name: 'stored_events',
      type: 'gauge',
      help: 'Events that are stored.',
      samples: storage.flatMap(({ events }) => (events === undefined ? [] : [{ value: events }])),
    },
    { name: 'disk_free_bytes', type: 'gauge', help: 'Free on the disk of the stores.', samples: one(disk.free) },
    {
      name: 'disk_keep_free_bytes',
      type: 'gauge',
      help: 'Below this nothing new is stored.',
      samples: one(disk.keepFree),
    },
    { name: 'resident_memory_bytes', type: 'gauge', help: 'What the platform takes.', samples: one(memory.resident) },
    {
      name: 'main_thread_busy_ratio',
      type: 'gauge',
      help: 'Share of the time in which its main thread works.',
      samples: one(busy),
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
