/**
 * Somebody probes ports of ours that nobody serves, as our own watcher sees it: every one counts, in the shapes that tell the kind of scan. A sequential test
 * decides, as of other scans (`random-walk.ts`): each closed port makes a scanner four times as likely, a packet that no system's stack makes
 * more so, a ping hardly. What decided nothing joins the incident of whoever comes back.
 */
import { SCANS, scanWords } from '@netsentinel/contracts/scan-words';
import type { BehaviourDefinition, BehaviourInfo } from './behaviour.types.ts';
import { BoundedTable } from './bounded-table.ts';
import { LIKELY_PORTS } from './random-walk.ts';
import { isInternal } from './network-place.ts';

const KEEP_MS = 6 * 60 * 60_000;
const MAX_EVIDENCE = 16;
const MAX_TARGETS = 64;
/** Once decided, said again when it has grown to so many ports, and with each further kind. */
const STEPS = [20, 100, 500, 5000, 30_000];

/** What one port is worth, in powers of 4 of the likelihood ratio. A ping is worth what it is once. */
const WORTH: Readonly<Record<string, number>> = {
  fin: 1.5,
  null: 1.5,
  xmas: 1.5,
  odd: 1.5,
  fragment: 1.5,
  timestamp: 1.5,
  // Much of UDP comes to closed ports without any harm: answers that are late, services that are gone.
  udp: 0.6,
  echo: 0.25,
};

const info: BehaviourInfo = {
  id: 'port-scan',
  title: 'Port scan',
  severity: 'medium',
  confidence: 60,
  techniques: ['T1046', 'T1595.001', 'T1018'],
  tactics: ['TA0007', 'TA0043'],
  falsePositives:
    'Inventory and monitoring systems, authorised scanners, and clients of a service that has moved away.',
  on: ['probe'],
};

/** Of one actor. */
interface Scan {
  odds: number;
  /** Ports by kind; kinds without ports have none. */
  readonly kinds: Map<string, number>;
  readonly targets: Set<string>;
  readonly evidence: string[];
  reportedPorts: number;
  reportedKinds: number;
}

export const portScan: BehaviourDefinition = {
  ...info,
  create({ maxEntries }) {
    const scans = new BoundedTable<Scan>({ maxEntries, keepMs: KEEP_MS });
    return {
      observe(seen, report) {
        if (seen.kind !== 'probe') return;
        const scan = scans.getOrAdd(seen.actorHash, newScan);
        const { probe, touched, target, source, event } = seen;
        const isNew = !scan.kinds.has(probe);
        scan.kinds.set(probe, (scan.kinds.get(probe) ?? 0) + touched);
        if (scan.targets.size < MAX_TARGETS) scan.targets.add(target);
        scan.odds += (WORTH[probe] ?? LIKELY_PORTS.failure) * (touched > 0 ? touched : isNew ? 1 : 0);
        scan.evidence.push(event.event.id);
        if (scan.evidence.length > MAX_EVIDENCE) scan.evidence.shift();
        if (scan.odds < LIKELY_PORTS.threshold) return;
        const ports = [...scan.kinds.values()].reduce((sum, count) => sum + count, 0);
        const step = STEPS.findLast((one) => one <= ports) ?? 1;
        if (scan.reportedKinds === scan.kinds.size && scan.reportedPorts >= step) return;
        scan.reportedKinds = scan.kinds.size;
        scan.reportedPorts = ports;
        report({
          summary: summaryOf(source, scan),
          evidence: scan.evidence,
          // Anybody can send a packet in another's name.
          verified: false,
          confidence: ports >= 100 ? 90 : ports >= 20 ? 80 : 60,
          ...techniquesOf(source, scan),
        });
      },
      expire: (nowMs) => scans.expire(nowMs),
      get stats() {
        return scans.stats;
      },
    };
  },
};

function newScan(): Scan {
  return { odds: 0, kinds: new Map(), targets: new Set(), evidence: [], reportedPorts: 0, reportedKinds: 0 };
}

function summaryOf(source: string, { kinds, targets }: Scan): string {
  const [target] = targets;
  const where =
    targets.size === 1 ? target! : `${targets.size}${targets.size === MAX_TARGETS ? ' and more' : ''} addresses`;
  const how = [...kinds].map(([kind, ports]) => scanWords(kind, ports));
  return `${source} scanned ${where}: ${how.join(', ')}`;
}

function techniquesOf(source: string, { kinds, targets }: Scan): { techniques: string[]; tactics: string[] } {
  const hasPorts = [...kinds.values()].some((ports) => ports > 0);
  const hasPings = [...kinds.keys()].some((kind) => SCANS[kind]?.isPing === true);
  const fromOutside = !isInternal(source);
  return {
    techniques: [
      ...(hasPorts ? ['T1046'] : []),
      ...(fromOutside || targets.size > 1 ? ['T1595.001'] : []),
      ...(hasPings ? ['T1018'] : []),
    ],
    tactics: fromOutside ? ['TA0043', 'TA0007'] : ['TA0007'],
  };
}
