/** The figures that the console's head and `netsentinel status` show, kept up as things happen. */
import type { Action, ResponseMode } from '@netsentinel/contracts/action';
import type { Clock } from '@netsentinel/contracts/clock';
import type { CollectorReport } from '@netsentinel/contracts/collector-report';
import type { IncidentSummary } from '@netsentinel/contracts/incident';
import type { PlatformStatus } from '@netsentinel/contracts/live';
import { measureOf } from '@netsentinel/contracts/measure-words';
import type { SourcesStatus } from '@netsentinel/contracts/source';
import type { StateStore } from '@netsentinel/contracts/state-store';

const RATE_WINDOW_S = 10;
const MAX_TRACKED = 200_000;

interface CollectorFigures {
  links: number;
  events: number;
  refused: number;
  lastRecordAt?: number;
  report?: CollectorReport;
}

const NO_REPORT: CollectorReport = { sources: 0, lagBytes: 0, dropped: 0, problems: [] };

export class StatusBoard {
  readonly #options: {
    readonly clock: Clock;
    readonly decoys: readonly { id: string; type: string; listen: string }[];
    readonly collectors: readonly { id: string; type: string }[];
    readonly responseMode: ResponseMode;
  };
  readonly #startedAt: number;
  #events = 0;
  /** Events a second, a ring over the last seconds. */
  readonly #perSecond = new Float64Array(RATE_WINDOW_S);
  #second = 0;
  readonly #open = new Set<string>();
  /** Blocks in force and when each ends. */
  readonly #blocks = new Map<string, number>();
  #connections = 0;
  #linked = false;
  readonly #collectors = new Map<string, CollectorFigures>();
  #scans: PlatformStatus['scans'] = { addresses: [], uncounted: 0 };
  #rules = { rules: 0, correlations: 0, refused: 0 };
  #sources: () => SourcesStatus = () => ({ known: 0, silent: 0, latest: [] });

  constructor(options: {
    clock: Clock;
    decoys: readonly { id: string; type: string; listen: string }[];
    collectors: readonly { id: string; type: string }[];
    responseMode: ResponseMode;
  }) {
    this.#options = options;
    for (const { id } of options.collectors) this.#collectors.set(id, { links: 0, events: 0, refused: 0 });
    this.#startedAt = options.clock.now();
  }

  /** Reads what was so before this start. */
  async load(state: StateStore): Promise<void> {
    let after: string | undefined;
    do {
      const page = await state.read.incidents({
        status: ['open', 'contained'],
        limit: 500,
        ...(after === undefined ? {} : { after }),
      });
      for (const incident of page.incidents) this.#open.add(incident.id);
      after = page.next;
    } while (after !== undefined && this.#open.size < MAX_TRACKED);
    for (const action of await state.read.actions({ status: ['applied', 'verified'], limit: MAX_TRACKED }))
      this.action(action);
  }

  event(): void {
    this.#events++;
    this.#tick();
    this.#perSecond[this.#second % RATE_WINDOW_S]!++;
  }

  incident(incident: IncidentSummary): void {
    if (incident.status === 'open' || incident.status === 'contained') {
      if (this.#open.size < MAX_TRACKED) this.#open.add(incident.id);
    } else this.#open.delete(incident.id);
  }

  action(action: Action): void {
    if (measureOf(action) !== 'block') return;
    if (action.status === 'applied' || action.status === 'verified') {
      if (this.#blocks.size < MAX_TRACKED) this.#blocks.set(action.id, action.expiresAt);
    } else this.#blocks.delete(action.id);
  }

  heartbeat(connections: number): void {
    this.#connections = connections;
  }

  sensorLinked(linked: boolean): void {
    this.#linked = linked;
  }

  collectorLinked(id: string, linked: boolean): void {
    const figures = this.#collectors.get(id);
    if (figures !== undefined) figures.links += linked ? 1 : -1;
  }

  collecting(id: string, report: CollectorReport): void {
    const figures = this.#collectors.get(id);
    if (figures !== undefined) figures.report = report;
  }

  /** Events of this sensor that are new on disk; of a decoy host they are not counted one by one. */
  kept(id: string, events: number): void {
    const figures = this.#collectors.get(id);
    if (figures === undefined) return;
    figures.events += events;
    figures.lastRecordAt = this.#options.clock.now();
  }

  refused(id: string): void {
    const figures = this.#collectors.get(id);
    if (figures !== undefined) figures.refused++;
  }

  rules(inForce: PlatformStatus['rules']): void {
    this.#rules = inForce;
  }

  watching(scans: Pick<PlatformStatus['scans'], 'addresses' | 'reason'>): void {
    this.#scans = { ...scans, uncounted: this.#scans.uncounted };
  }

  /** Probes that the watcher could not count by port since it woke. */
  scansUncounted(uncounted: number): void {
    this.#scans = { ...this.#scans, uncounted };
  }

  /** Who is asked for the sources, once somebody knows them. */
  useSources(sources: () => SourcesStatus): void {
    this.#sources = sources;
  }

  status(): PlatformStatus {
    this.#tick();
    const now = this.#options.clock.now();
    for (const [id, until] of this.#blocks) if (until <= now) this.#blocks.delete(id);
    return {
      startedAt: this.#startedAt,
      eventsTotal: this.#events,
      eventsPerSecond: Math.round((this.#perSecond.reduce((a, b) => a + b, 0) / RATE_WINDOW_S) * 10) / 10,
      openIncidents: this.#open.size,
      blocksInForce: this.#blocks.size,
      responseMode: this.#options.responseMode,
      rules: this.#rules,
      scans: this.#scans,
      sources: this.#sources(),
      decoys: this.#options.decoys.map((d) => ({ ...d, connections: this.#connections, healthy: this.#linked })),
      collectors: this.#options.collectors.map(({ id, type }) => {
        const { links, events, refused, lastRecordAt, report = NO_REPORT } = this.#collectors.get(id)!;
        const healthy = links > 0 && report.problems.length === 0;
        const last = lastRecordAt === undefined ? {} : { lastRecordAt };
        return { id, type, healthy, events, refused, ...last, ...report };
      }),
    };
  }

  #tick(): void {
    const second = Math.floor(this.#options.clock.monotonicMs() / 1000);
    const steps = Math.min(second - this.#second, RATE_WINDOW_S);
    for (let i = 1; i <= steps; i++) this.#perSecond[(this.#second + i) % RATE_WINDOW_S] = 0;
    this.#second = second;
  }
}
