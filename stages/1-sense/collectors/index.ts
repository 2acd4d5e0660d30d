/** Every collector: its type and how to load it. Importing this loads none. */
import type { CollectorDefinition } from '@netsentinel/contracts/collector';

const members: Readonly<Record<string, () => Promise<CollectorDefinition<unknown>>>> = {
  http: async () => (await import('./http/http.collector.ts')).httpCollector,
  syslog: async () => (await import('./syslog/syslog.collector.ts')).syslogCollector,
  lumberjack: async () => (await import('./lumberjack/lumberjack.collector.ts')).lumberjack,
  stdin: async () => (await import('./stdin/stdin.collector.ts')).stdinCollector,
  tail: async () => (await import('./tail/tail.collector.ts')).tailCollector,
};

export const collectorTypes: readonly string[] = Object.keys(members);

/** The collector of this type, or undefined. */
export async function findCollector(type: string): Promise<CollectorDefinition<unknown> | undefined> {
  return Object.hasOwn(members, type) ? members[type]!() : undefined;
}
