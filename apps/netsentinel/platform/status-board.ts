/** The figures that the console's head and `netsentinel status` show, kept up as things happen. */
import type { Action, ResponseMode } from '@netsentinel/contracts/action';
import type { Clock } from '@netsentinel/contracts/clock';
import type { IncidentSummary } from '@netsentinel/contracts/incident';
import type { PlatformStatus } from '@netsentinel/contracts/live';
import { measureOf } from '@netsentinel/contracts/measure-words';
import type { DecoyDetail, DescribedDecoy, PlayedDecoy } from '@netsentinel/contracts/played-decoy';
import { DECOY_SENSOR, WATCHER_SENSOR } from '@netsentinel/contracts/own-sensors';
import type { SourcesStatus } from '@netsentinel/contracts/source';
import type { TourStatus } from '@netsentinel/contracts/tour';
import type { StateStore } from '@netsentinel/contracts/state-store';
import { SensorFigures } from './sensor-figures.ts';

const RATE_WINDOW_S = 10;
const MAX_TRACKED = 200_000;
const UNKNOWN: DescribedDecoy = { host: '', service: '', product: '', version: '' };

export interface StatusBoardOptions {
  readonly clock: Clock;
  readonly decoys: readonly PlayedDecoy[];
  readonly collectors: readonly { readonly id: string; readonly type: string }[];
  readonly responseMode: ResponseMode;
  readonly configured?: PlatformStatus['configured'];
  readonly tour?: { status(): TourStatus | undefined };
}

export class StatusBoard {
  readonly #options: StatusBoardOptions;
  readonly #startedAt: number;
  #events = 0;
  /** Events a second, a ring over the last seconds. */
  readonly #perSecond = new Float64Array(RATE_WINDOW_S);
  #second = 0;
  readonly #open = new Set<string>();
  /** Blocks in force and when each ends. */
  readonly #blocks = new Map<string, number>();
  /** Open connections of each decoy that listens, as its host said last. */
  #listening: ReadonlyMap<string, number> = new Map();
  #described: Readonly<Record<string, DescribedDecoy>> = {};
  readonly sensors: SensorFigures;
  readonly #stopped: Set<string>;
  #scans: PlatformStatus['scans'] = { addresses: [], uncounted: 0 };
  #rules = { rules: 0, correlations: 0, refused: 0 };
  #sources: () => SourcesStatus = () => ({ known: 0, silent: 0, latest: [] });

  constructor(options: StatusBoardOptions) {
    this.#options = options;
    this.sensors = new SensorFigures(options.clock, [
      DECOY_SENSOR,
      WATCHER_SENSOR,
      ...options.collectors.map(({ id }) => id),
    ]);
    this.#stopped = new Set(options.decoys.filter(({ stopped }) => stopped).map(({ id }) => id));
    this.#startedAt = options.clock.now();
  }

  /** Reads what was so before this start. */
  async load(state: StateStore): Promise<void> {
    let after: string | undefined;
    do {
      const page = await state.read.incidents({
        status: ['open', 'contained'],
        recorded: false,
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

  /** What the decoy host says of its decoys; it may be in an attacker's hands, so that names are looked for and never listed. */
  listening(decoys: Readonly<Record<string, number>>): void {
    this.#listening = new Map(Object.entries(decoys));
  }

  /** What a scanner finds at the decoys, by id. */
  described(decoys: Readonly<Record<string, DescribedDecoy>>): void {
    this.#described = decoys;
  }

  /** A person has started or stopped a decoy. */
  switched(id: string, isListening: boolean): void {
    if (isListening) this.#stopped.delete(id);
    else this.#stopped.add(id);
  }

  rules(inForce: PlatformStatus['rules']): void {
    this.#rules = inForce;
  }

  watching(scans: Pick<PlatformStatus['scans'], 'addresses' | 'reason'>): void {
    this.#scans = { ...scans, uncounted: this.#scans.uncounted };
  }

  /** Undefined where port scans are watched for. */
  get whyNotWatching(): string | undefined {
    return this.#scans.reason;
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
    const { configured, tour } = this.#options;
    const onTour = tour?.status();
    return {
      startedAt: this.#startedAt,
      eventsTotal: this.#events,
      eventsPerSecond: Math.round((this.#perSecond.reduce((a, b) => a + b, 0) / RATE_WINDOW_S) * 10) / 10,
      openIncidents: this.#open.size,
      blocksInForce: this.#blocks.size,
      responseMode: this.#options.responseMode,
      rules: this.#rules,
      scans: this.#scans,
      ...(onTour === undefined ? {} : { tour: onTour }),
      ...(configured === undefined ? {} : { configured }),
      sources: this.#sources(),
      decoys: this.decoys().map(({ id, type, address, port, connections, healthy, stopped }) => ({
        id,
        type,
        listen: `${address}:${port}`,
        connections,
        healthy,
        stopped,
      })),
      collectors: this.#options.collectors.map(({ id, type }) => {
        const { isLinked, ...figure } = this.sensors.of(id);
        return { id, type, healthy: isLinked && figure.problems.length === 0, ...figure };
      }),
    };
  }

  decoys(): DecoyDetail[] {
    const healthy = this.sensors.of(DECOY_SENSOR).isLinked;
    return this.#options.decoys.map((decoy) => {
      const connections = healthy ? this.#listening.get(decoy.id) : undefined;
      const standing = { healthy, listening: connections !== undefined, connections: connections ?? 0 };
      const described = this.#described[decoy.id] ?? UNKNOWN;
      return { ...decoy, ...described, stopped: this.#stopped.has(decoy.id), ...standing };
    });
  }

  #tick(): void {
    const second = Math.floor(this.#options.clock.monotonicMs() / 1000);
    const steps = Math.min(second - this.#second, RATE_WINDOW_S);
    for (let i = 1; i <= steps; i++) this.#perSecond[(this.#second + i) % RATE_WINDOW_S] = 0;
    this.#second = second;
  }
}
