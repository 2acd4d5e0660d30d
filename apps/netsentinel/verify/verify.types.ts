/**
 * How a decoy is tested as those test it who look for honeypots. One protocol's checks are one file in `checks/`: a new one exports `ProtocolChecks` and
 * gets a line in `checks/index.ts`.
 */
import type { DecoyDescription } from '@netsentinel/contracts/decoy';
import type { Persona } from '@netsentinel/decoys/persona/persona.types';
import type { Probe } from './probe.ts';

/** One decoy as it listens, and the machine that it claims to be a part of. */
export interface VerifyTarget {
  readonly decoy: string;
  readonly type: string;
  readonly address: string;
  readonly port: number;
  readonly transport: 'tcp' | 'udp';
  readonly persona: Persona;
  readonly description: DecoyDescription;
  readonly options: unknown;
  /** The address that all connections come from; undefined: the system's choice. */
  readonly from: string | undefined;
  /** A fresh connection to it; ended by whoever runs the check. */
  connect(): Promise<Probe>;
}

export type CheckOutcome =
  | { readonly result: 'alike' }
  /** `tell`: what was seen, and what the real thing would have done. */
  | {
      readonly result: 'tell';
      readonly tell: string;
      /** Where this one says more or less than the check's others. */
      readonly weight?: number;
    }
  | { readonly result: 'skipped'; readonly reason: string };

export interface VerifyCheck {
  /** Kebab-case, the protocol first: `ssh-bad-version`. */
  readonly id: string;
  /** What is tried, in one line. */
  readonly title: string;
  /** How sure a scanner may be that has seen the tell, 1 to 100: 100 proves it, 10 is a hint. */
  readonly weight: number;
  /** What whoever runs the decoy can do about it; without it, the decoy's code is at fault. */
  readonly mend?: string;
  run(target: VerifyTarget): Promise<CheckOutcome>;
}

/** Something that a service says about the machine, to be compared with what the others say. */
export interface Claim {
  /** `identity`: a key, certificate or GUID that no other machine may have. */
  readonly about: 'distribution' | 'host name' | 'clock skew, s' | 'identity';
  readonly value: string;
}

export interface ProtocolChecks {
  /** Types of the decoys that these are for. */
  readonly types: readonly string[];
  readonly checks: readonly VerifyCheck[];
  /** What this service tells of the machine to whoever connects. */
  readonly claims?: (target: VerifyTarget) => Promise<readonly Claim[]>;
}

export interface VerifyFinding {
  /** One decoy's id, or the persona's name for what is between its services. */
  readonly decoy: string;
  readonly check: string;
  readonly title: string;
  readonly weight: number;
  readonly mend?: string;
  readonly outcome: CheckOutcome;
}

/** What is measured here is this machine, or cannot be measured. */
export function skipped(reason: string): CheckOutcome {
  return { result: 'skipped', reason };
}

/** The first of what differs, or alike. */
export function firstTell(...found: readonly (string | false | undefined)[]): CheckOutcome {
  const text = found.find((one) => typeof one === 'string');
  return text === undefined ? ALIKE : tell(text);
}

/** What a server said, fit for a line of text. */
export function quoted(text: string, max = 60): string {
  return JSON.stringify(text.slice(0, max).replaceAll(/[^\x20-\x7e\r\n\t]/g, '.'));
}

export const ALIKE: CheckOutcome = { result: 'alike' };

export function tell(text: string, weight?: number): CheckOutcome {
  return { result: 'tell', tell: text, ...(weight === undefined ? {} : { weight }) };
}
