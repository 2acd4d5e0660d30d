/**
 * Every configuration that this install was started with: the file's text, who changed it, and what came of that. One file a version in the data folder, for root alone,
 * since secrets may stand in the text. The launcher uses it too: no YAML and no schemas here.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ConfigurationState, ConfigurationText, ConfigurationVersion } from '@netsentinel/contracts/configuration';
import { makeFolder } from '@netsentinel/kernel/make-folder';
import { writeWhole } from '@netsentinel/kernel/write-whole';

/** Older ones go. */
const MAX_KEPT = 200;
const FILE = /^(\d{6})\.json$/;

export class ConfigurationHistory {
  readonly #folder: string;

  /** @param folder made when there is something to keep */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Newest first, without their texts. */
  list(): ConfigurationVersion[] {
    return this.#versions().flatMap((version) => {
      const kept = this.get(version);
      if (kept === undefined) return [];
      const { text: _, ...told } = kept;
      return [told];
    });
  }

  /** Undefined where there is none, or none that can be read. */
  get(version: number): ConfigurationText | undefined {
    try {
      return JSON.parse(readFileSync(this.#file(version), 'utf8')) as ConfigurationText;
    } catch {
      return undefined;
    }
  }

  /** The one in force: the newest that all runs with. */
  get current(): ConfigurationText | undefined {
    return this.#newest((state) => state === 'running');
  }

  add(made: Omit<ConfigurationText, 'version'>): ConfigurationText {
    makeFolder(this.#folder);
    const versions = this.#versions();
    const kept = { version: (versions[0] ?? 0) + 1, ...made };
    this.#write(kept);
    for (const old of versions.slice(MAX_KEPT - 1)) rmSync(this.#file(old), { force: true });
    return kept;
  }

  /** What came of it. */
  settle(version: number, state: ConfigurationState, error?: string): void {
    const kept = this.get(version);
    if (kept !== undefined) this.#write({ ...kept, state, ...(error === undefined ? {} : { error }) });
  }

  /** All runs with this text: a version of its own, where it was changed at the machine since. */
  started(text: string, now: number): void {
    const last = this.#newest((state) => state !== 'failed');
    if (last?.text === text) {
      if (last.state !== 'running') this.settle(last.version, 'running');
    } else if (last?.state === 'starting') {
      // We were killed before it took the file's place, or it was put back by hand.
      this.settle(last.version, 'failed', 'NetSentinel was started with another one');
      this.started(text, now);
    } else this.add({ at: new Date(now).toISOString(), state: 'running', text });
  }

  #newest(fits: (state: ConfigurationState) => boolean): ConfigurationText | undefined {
    for (const version of this.#versions()) {
      const kept = this.get(version);
      if (kept !== undefined && fits(kept.state)) return kept;
    }
    return undefined;
  }

  #versions(): number[] {
    let names: string[];
    try {
      names = readdirSync(this.#folder);
    } catch {
      return [];
    }
    return names
      .flatMap((name) => FILE.exec(name)?.[1] ?? [])
      .map(Number)
      .toSorted((a, b) => b - a);
  }

  #write(kept: ConfigurationText): void {
    writeWhole(this.#file(kept.version), `${JSON.stringify(kept, undefined, 1)}\n`, 0o600);
  }

  #file(version: number): string {
    return join(this.#folder, `${String(version).padStart(6, '0')}.json`);
  }
}
