/**
 * Keeps the running rules what the files say: reads the library at the start, again when a file changes, and when an exception ends. What cannot be read
 * leaves the rules before in force, and says so.
 */
import { watch } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Exception } from '@netsentinel/contracts/exception';
import type { Logger } from '@netsentinel/contracts/log';
import type { OwnRules } from '@netsentinel/contracts/own-rules';
import { describeError } from '@netsentinel/kernel/errors';
import { RuleReader, type SaidAlone } from '@netsentinel/sigma/read/read-rules';
import type { RuleSet } from '@netsentinel/sigma/rule';
import type { RuleFile } from '../hunt/rule-files.ts';
import { readEcsPipelines } from './ecs-pipelines.ts';
import { isOwnRules, ownRulesFile } from './own-rule-files.ts';
import { RuleLibrary, withoutDisabled, type KeptWords, type Library } from './rule-library.ts';

/** Many files change at once when a set is installed: quiet for this long means that all are there. */
const SETTLE_MS = 250;
/** Where changes cannot be watched, the files are looked at this often. */
const LOOK_MS = 30_000;
/** Longer than timers can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface LiveRulesOptions {
  /** The product's `content` folder. */
  readonly content: string;
  /** The `rules` folder of the data folder. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** The rules from now on. */
  readonly onRules: (rules: RuleSet, exceptions: readonly Exception[]) => void;
  /** What the state keeps of exceptions and of rules that are off. */
  readonly kept?: () => Promise<KeptWords>;
}

/** What was read last. */
export interface ReadRules {
  /** With those that are off. */
  readonly all: RuleSet;
  readonly inForce: RuleSet;
  readonly library: Library;
}

export interface LiveRules {
  /** Another object after each reading; undefined where they could not be read so far. */
  readonly latest: ReadRules | undefined;
  /** Reads everything again now, as a change does. */
  reload(): Promise<void>;
  /** What all rules would be, with these of people's own in place of theirs and all else as it was read last; undefined where it could not be read so far. */
  suppose(own: readonly OwnRules[]): RuleSet | undefined;
  /** What a file says by itself. */
  alone(file: RuleFile): SaidAlone;
  stop(): void;
}

/** Resolves once the first rules are in force, or could not be read. */
export async function startLiveRules(options: LiveRulesOptions): Promise<LiveRules> {
  const { content, folder, clock, log, onRules, kept } = options;
  const own = join(content, 'rules');
  const library = new RuleLibrary(folder, own, { readOnly: true });
  const reader = new RuleReader({ pipelines: await readEcsPipelines(content) });
  const stopping = new AbortController();
  let cancelChange = (): void => {};
  let cancelTimer = (): void => {};
  let reading: Promise<void> = Promise.resolve();
  let waiting: Promise<void> | undefined;
  let latest: ReadRules | undefined;

  /** However many ask while one reading is under way: the next, which has not begun, is for all of them. */
  function reload(): Promise<void> {
    waiting ??= reading = reading.then(() => {
      waiting = undefined;
      return read();
    });
    return waiting;
  }

  async function read(): Promise<void> {
    if (stopping.signal.aborted) return;
    try {
      const found = await library.read(clock.now(), await kept?.());
      const { files, disabled, exceptions, changesAt } = found;
      const all = reader.read(files);
      const rules = withoutDisabled(all, disabled);
      onRules(rules, exceptions);
      latest = { all, inForce: rules, library: found };
      tell(rules);
      cancelTimer();
      if (changesAt !== undefined)
        cancelTimer = clock.after(
          Math.min(MAX_TIMER_MS, Math.max(0, changesAt - clock.now()) + 1),
          () => void reload(),
        );
    } catch (error) {
      log.error('the rules could not be read; those before stay in force', { error: describeError(error) });
    }
  }

  function tell({ rules, correlations, failed }: RuleSet): void {
    for (const { path, line, error } of failed.slice(0, 5)) log.warn('a rule is refused', { path, line, error });
    if (failed.length > 5)
      log.warn('more rules are refused: `netsentinel rules check` names them', { refused: failed.length });
    log.info('rules are in force', { rules: rules.length, correlations: correlations.length });
  }

  function changed(): void {
    cancelChange();
    cancelChange = clock.after(SETTLE_MS, () => void reload());
  }

  function look(): void {
    cancelChange = clock.after(LOOK_MS, () => void reload().then(look));
  }

  try {
    for (const path of [own, folder]) {
      const watcher = watch(path, { recursive: true, persistent: false, signal: stopping.signal }, changed);
      watcher.on('error', (error) =>
        log.warn('rules are no longer watched for changes', { error: describeError(error) }),
      );
    }
  } catch (error) {
    log.warn('rules cannot be watched for changes; they are looked at twice a minute', { error: describeError(error) });
    look();
  }
  await reload();
  return {
    get latest() {
      return latest;
    },
    reload,
    suppose: (own) =>
      latest && reader.suppose([...latest.library.files.filter((file) => !isOwnRules(file)), ...own.map(ownRulesFile)]),
    alone: (file) => reader.alone(file),
    stop: () => {
      stopping.abort();
      cancelChange();
      cancelTimer();
    },
  };
}
