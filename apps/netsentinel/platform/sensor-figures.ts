/** What is counted of each sensor since the platform's start, and what each says of itself. Who there is the launcher says. */
import type { Clock } from '@netsentinel/contracts/clock';
import type { CollectorReport } from '@netsentinel/contracts/collector-report';

interface Figures {
  links: number;
  events: number;
  refused: number;
  lastRecordAt?: number;
  report: CollectorReport;
}

export interface SensorFigure extends CollectorReport {
  readonly isLinked: boolean;
  readonly events: number;
  readonly refused: number;
  /** Epoch ms; not there before the first. */
  readonly lastRecordAt?: number;
}

const NO_REPORT: CollectorReport = { sources: 0, lagBytes: 0, dropped: 0, problems: [] };

/** What is told of sensors that it was not made for counts for nothing. */
export class SensorFigures {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #figures: ReadonlyMap<string, Figures>;

  constructor(clock: Pick<Clock, 'now'>, ids: readonly string[]) {
    this.#clock = clock;
    this.#figures = new Map(ids.map((id) => [id, { links: 0, events: 0, refused: 0, report: NO_REPORT }]));
  }

  linked(id: string, isLinked: boolean): void {
    const figures = this.#figures.get(id);
    if (figures !== undefined) figures.links += isLinked ? 1 : -1;
  }

  reported(id: string, report: Partial<CollectorReport>): void {
    const figures = this.#figures.get(id);
    if (figures !== undefined) figures.report = { ...figures.report, ...report };
  }

  /** Events of it that are new on disk. */
  kept(id: string, events: number): void {
    const figures = this.#figures.get(id);
    if (figures === undefined) return;
    figures.events += events;
    figures.lastRecordAt = this.#clock.now();
  }

  refused(id: string): void {
    const figures = this.#figures.get(id);
    if (figures !== undefined) figures.refused++;
  }

  of(id: string): SensorFigure {
    const { links, events, refused, lastRecordAt, report } = this.#figures.get(id)!;
    const last = lastRecordAt === undefined ? {} : { lastRecordAt };
    return { isLinked: links > 0, events, refused, ...last, ...report };
  }
}
