/**
 * What a detector is: one file under `detectors/`, listed in `detectors/index.ts`, with its cases beside it. A detector is pure: what it
 * remembers of an actor comes in and goes out, so that it can be stored with the incident in one transaction and replayed after a crash.
 */
import type { Severity } from '@netsentinel/contracts/detection';
import type { Event } from '@netsentinel/contracts/event';
import type { Interaction } from '@netsentinel/contracts/interaction';
import type { Login } from '@netsentinel/contracts/logins';
import type { ZodType } from 'zod';
import type { CommandLine } from './command-line.ts';

export interface DetectorInfo {
  /** Kebab-case; also the file's name. */
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  /** 0 to 100: how sure it is that this is an attack. */
  readonly confidence: number;
  /** ATT&CK v18 enterprise; at least one. */
  readonly techniques: readonly string[];
  /** The tactics that the techniques serve here, most telling first. */
  readonly tactics: readonly string[];
  /** What harmless activity looks the same, in one sentence. */
  readonly falsePositives: string;
  /** Which moves it looks at; it is not called for others. */
  readonly on: readonly Interaction[];
}

export interface DetectorDefinition extends DetectorInfo {
  /** What its memory must look like when it comes back from the store; absent for detectors that remember nothing. */
  readonly memory: ZodType | undefined;
  create(): Detector;
}

export interface Detector {
  /** Undefined where there is nothing to say and nothing to remember. */
  step(input: DetectorInput, memory: unknown): Step<unknown> | undefined;
}

export interface DetectorInput {
  readonly event: Event;
  readonly interaction: Interaction;
  /** Event time in milliseconds since the epoch. It drives all windows; events may come out of order. */
  readonly time: number;
  readonly session: string | undefined;
  readonly verified: boolean;
  /** Read once for all detectors; no commands where the event has none. */
  readonly line: CommandLine;
  /** Of a login: what was tried. An event that tells of several is shown once for each. */
  readonly login: Login | undefined;
}

export interface Step<Memory> {
  /** Absent: forget. */
  readonly memory?: Memory;
  readonly finding?: Finding;
}

export interface Finding {
  /** One sentence; attacker text in it stands in quotes and is capped by `quote`. */
  readonly summary: string;
  /** Earlier events that it rests on besides the present one, the most telling first. */
  readonly evidence?: readonly Evidence[];
  /** Where one finding is worse than most of the detector's. */
  readonly severity?: Severity;
  /** Where one finding shows only some of the detector's techniques. */
  readonly techniques?: readonly string[];
  /** The tactics that those serve. */
  readonly tactics?: readonly string[];
}

export interface Evidence {
  readonly id: string;
  readonly verified: boolean;
}

/** A detector that remembers: `memory` is undefined at first and after a loss. */
export function rememberingDetector<Memory>(
  info: DetectorInfo & { readonly memory: ZodType<Memory> },
  step: (input: DetectorInput, memory: Memory | undefined) => Step<Memory> | undefined,
): DetectorDefinition {
  return { ...info, create: () => ({ step: (input, memory) => step(input, memory as Memory | undefined) }) };
}

/** A detector that looks at one event alone. */
export function plainDetector(
  info: DetectorInfo,
  find: (input: DetectorInput) => Finding | undefined,
): DetectorDefinition {
  return {
    ...info,
    memory: undefined,
    create: () => ({
      step: (input) => {
        const finding = find(input);
        return finding === undefined ? undefined : { finding };
      },
    }),
  };
}
