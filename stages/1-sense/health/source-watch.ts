/**
 * Which sources fell silent, and which came back. A source counts once it is regular: heard in ten spells, each a tenth of the sensor's
 * `silenceAfterMs` apart. It is silent after that time, or after twice its second longest gap where that is more: so a log that is written once an hour
 * or never at night is no alarm, and one long failure does not teach patience with the next. Pure: the caller brings the time, which must not jump.
 */
import type { SourceRecord } from '@netsentinel/contracts/source';

export interface WatchedSensor {
  readonly id: string;
  /** Its own heartbeat must come this often; 0: it has none. */
  readonly heartbeatAfterMs: number;
  /** How long a regular source behind it may be silent; 0: nothing is said of them. */
  readonly silenceAfterMs: number;
}

export interface SourceChange {
  readonly what: 'silent' | 'back';
  readonly record: SourceRecord;
  /** How long it was silent so far, or in all. */
  readonly silentMs: number;
}

/** Of one sensor: regular sources, and those that may become regular. Beyond, the ones heard least recently are forgotten. */
const MAX_REGULAR = 1024;
const MAX_CANDIDATES = 256;
const MIN_SPELLS = 10;
const SPELLS_IN_SILENCE = 10;
const PATIENCE = 2;
/** After this time a gap counts half. */
const GAP_HALF_LIFE_MS = 7 * 86_400_000;
/** A source that is silent so long was taken away. */
const FORGET_MS = 7 * 86_400_000;

type Entry = { -readonly [K in keyof SourceRecord]: SourceRecord[K] } & {
  /** When it was last heard, or could have been: nobody was heard while the platform was down. */
  heardAt: number;
  isBack: boolean;
};

interface Sensor {
  readonly settings: WatchedSensor;
  readonly own: Entry | undefined;
  readonly regular: Map<string, Entry>;
  /** Least recently heard first. */
  readonly candidates: Map<string, Entry>;
}

export class SourceWatch {
  readonly #sensors = new Map<string, Sensor>();
  readonly #changed = new Set<Entry>();
  #forgotten: Entry[] = [];

  /** @param remembered what was kept before; sources of sensors that are no more are forgotten */
  constructor(sensors: readonly WatchedSensor[], remembered: readonly SourceRecord[], now: number) {
    for (const settings of sensors) {
      const own = settings.heartbeatAfterMs > 0 ? entryOf(settings.id, '', now) : undefined;
      this.#sensors.set(settings.id, { settings, own, regular: new Map(), candidates: new Map() });
    }
    for (const record of remembered) {
      const sensor = this.#sensors.get(record.sensor);
      const lastSeen = Math.min(record.lastSeen, now);
      const entry = { ...record, lastSeen, heardAt: now, isBack: false };
      if (record.source === '' && sensor?.own !== undefined) Object.assign(sensor.own, entry);
      else if (record.source !== '' && (sensor?.settings.silenceAfterMs ?? 0) > 0)
        sensor!.regular.set(record.source, entry);
      else this.#forgotten.push(entry);
    }
  }

  /** The sensor's heartbeat came. */
  heartbeat(sensor: string, now: number): void {
    const own = this.#sensors.get(sensor)?.own;
    if (own === undefined) return;
    own.lastSeen = own.heardAt = now;
    own.isBack = own.silentSince !== undefined;
    this.#changed.add(own);
  }

  /** Something came from a source; called for every record, or once for many. */
  seen(sensorId: string, source: string, now: number): void {
    const sensor = this.#sensors.get(sensorId);
    if (sensor === undefined || sensor.settings.silenceAfterMs === 0 || source === '') return;
    const spellMs = sensor.settings.silenceAfterMs / SPELLS_IN_SILENCE;
    const regular = sensor.regular.get(source);
    if (regular !== undefined) {
      if (now - regular.heardAt >= spellMs) hearAgain(regular, now);
      regular.lastSeen = regular.heardAt = now;
      regular.isBack = regular.silentSince !== undefined;
      this.#changed.add(regular);
      return;
    }
    const candidate = sensor.candidates.get(source);
    if (candidate === undefined) {
      if (sensor.candidates.size >= MAX_CANDIDATES) dropFirst(sensor.candidates);
      sensor.candidates.set(source, entryOf(sensorId, source, now));
      return;
    }
    // The begin of a spell, not its last record: someone who never pauses is heard in spells too.
    candidate.lastSeen = now;
    if (now - candidate.heardAt < spellMs) return;
    hearAgain(candidate, now);
    candidate.heardAt = now;
    sensor.candidates.delete(source);
    if (candidate.spells < MIN_SPELLS) sensor.candidates.set(source, candidate);
    else this.#promote(sensor, candidate);
  }

  /** What changed since the last call; to be called every second or so. */
  check(now: number): readonly SourceChange[] {
    const changes: SourceChange[] = [];
    for (const sensor of this.#sensors.values()) {
      const { settings, own, regular } = sensor;
      if (own !== undefined) this.#judge(own, settings.heartbeatAfterMs, now, changes);
      for (const entry of regular.values()) {
        this.#judge(entry, patienceOf(entry, settings.silenceAfterMs, now), now, changes);
        if (now - entry.lastSeen > FORGET_MS) this.#forget(sensor, entry);
      }
    }
    return changes;
  }

  /** What is to be kept and what to be forgotten, since the last call. */
  takeUnsaved(): { readonly changed: readonly SourceRecord[]; readonly forgotten: readonly SourceRecord[] } {
    const unsaved = { changed: [...this.#changed].map(recordOf), forgotten: this.#forgotten.map(recordOf) };
    this.#changed.clear();
    this.#forgotten = [];
    return unsaved;
  }

  /** Everything that is expected to be heard. */
  records(): readonly SourceRecord[] {
    return [...this.#sensors.values()].flatMap(({ own, regular }) =>
      [...(own === undefined ? [] : [own]), ...regular.values()].map(recordOf),
    );
  }

  #judge(entry: Entry, patienceMs: number, now: number, changes: SourceChange[]): void {
    if (entry.silentSince !== undefined) {
      if (!entry.isBack) return;
      const silentMs = Math.max(0, entry.lastSeen - entry.silentSince);
      entry.silentSince = undefined;
      entry.isBack = false;
      this.#changed.add(entry);
      changes.push({ what: 'back', record: recordOf(entry), silentMs });
    } else if (now - entry.heardAt >= patienceMs) {
      entry.silentSince = entry.lastSeen;
      this.#changed.add(entry);
      changes.push({ what: 'silent', record: recordOf(entry), silentMs: now - entry.lastSeen });
    }
  }

  #promote(sensor: Sensor, entry: Entry): void {
    if (sensor.regular.size >= MAX_REGULAR) {
      const oldest = [...sensor.regular.values()].reduce((a, b) => (b.lastSeen < a.lastSeen ? b : a));
      this.#forget(sensor, oldest);
    }
    sensor.regular.set(entry.source, entry);
    this.#changed.add(entry);
  }

  #forget(sensor: Sensor, entry: Entry): void {
    sensor.regular.delete(entry.source);
    this.#changed.delete(entry);
    this.#forgotten.push(entry);
  }
}

function entryOf(sensor: string, source: string, now: number): Entry {
  return {
    sensor,
    source,
    firstSeen: now,
    lastSeen: now,
    spells: 1,
    gapsMs: [0, 0],
    gapsAt: now,
    heardAt: now,
    isBack: false,
  };
}

function recordOf(entry: Entry): SourceRecord {
  const { sensor, source, firstSeen, lastSeen, spells, gapsMs, gapsAt, silentSince } = entry;
  return { sensor, source, firstSeen, lastSeen, spells, gapsMs, gapsAt, silentSince };
}

function hearAgain(entry: Entry, now: number): void {
  const gap = now - entry.heardAt;
  const [longest, second] = agedGaps(entry, now);
  entry.gapsMs = gap > longest ? [gap, longest] : [longest, Math.max(gap, second)];
  entry.gapsAt = now;
  entry.spells++;
}

function agedGaps({ gapsMs, gapsAt }: Entry, now: number): readonly [number, number] {
  const weight = 2 ** (-Math.max(0, now - gapsAt) / GAP_HALF_LIFE_MS);
  return [gapsMs[0] * weight, gapsMs[1] * weight];
}

function patienceOf(entry: Entry, silenceAfterMs: number, now: number): number {
  return Math.max(silenceAfterMs, PATIENCE * agedGaps(entry, now)[1]);
}

function dropFirst(entries: Map<string, Entry>): void {
  for (const key of entries.keys()) {
    entries.delete(key);
    return;
  }
}
