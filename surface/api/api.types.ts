/** What the API is handed by the platform, and what the platform gets of it. */
import type { Server } from 'node:net';
import type { Action, ActionStatus, Measure } from '@netsentinel/contracts/action';
import type { BlastRadius, BlockPlan } from '@netsentinel/contracts/block-plan';
import type { BlobStore } from '@netsentinel/contracts/blob-store';
import type { Erased, ErasureOrder } from '@netsentinel/contracts/erasure';
import type { IncidentWork, WorkNews, WorkStatus } from '@netsentinel/contracts/casework';
import type { Clock } from '@netsentinel/contracts/clock';
import type { ConfigurationAnswers, ConfigurationAsk } from '@netsentinel/contracts/configuration';
import type { Detection } from '@netsentinel/contracts/detection';
import type { Event } from '@netsentinel/contracts/event';
import type { EventStore } from '@netsentinel/contracts/event-store';
import type { IncidentSummary } from '@netsentinel/contracts/incident';
import type { PlatformStatus } from '@netsentinel/contracts/live';
import type { Logger } from '@netsentinel/contracts/log';
import type { Exception } from '@netsentinel/contracts/exception';
import type { Dismissed, NotAnAttack } from '@netsentinel/contracts/not-an-attack';
import type { DecoyTest } from '@netsentinel/contracts/decoy-test';
import type { DecoyDetail } from '@netsentinel/contracts/played-decoy';
import type { Playbook } from '@netsentinel/contracts/playbook';
import type { PlaybookRun } from '@netsentinel/contracts/playbook-run';
import type { SensorDetail } from '@netsentinel/contracts/sensor-status';
import type { CheckedRules, OwnRules } from '@netsentinel/contracts/own-rules';
import type { RuleWord } from '@netsentinel/contracts/rule-book';
import type { RuleCard, RuleDetail } from '@netsentinel/contracts/rule-card';
import type { RuleFault, RuleTrial } from '@netsentinel/contracts/rule-trial';
import type { StateStore } from '@netsentinel/contracts/state-store';
import type { SystemFigures } from '@netsentinel/contracts/system-figures';
import type { TourStatus } from '@netsentinel/contracts/tour';
import type { Sealer } from '@netsentinel/kernel/sealer';
import type { OpenIdConfig } from './auth/openid/openid.config.ts';
import type { Recovery } from './auth/recover.ts';
import type { BlockList } from './http/blocklist/block-list.ts';
import type { BlocklistConfig } from './http/blocklist/blocklist.config.ts';
import type { Bouncers } from './http/blocklist/bouncers.ts';
import type { LiveRedisConfig } from './live/live-redis.config.ts';
import type { Route } from './http/route.ts';

export interface ApiOptions {
  readonly state: StateStore;
  readonly events: EventStore;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly log: Logger;
  /** Hides what is needed again of second factors. */
  readonly sealer: Sealer;
  /** The folder of the console's static export. */
  readonly consoleRoot: string;
  /** PEM; plain HTTP without it. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** Of the provider that people may sign in by. */
  readonly openId?: OpenIdConfig | undefined;
  /** By which the live channel is shared with other platforms, its secrets read. */
  readonly liveRedis?: LiveRedisConfig | undefined;
  /** That one account, token or stranger's address may make. */
  readonly requestsPerMinute: number;
  /** Overrides of the HTTP server's own, for tests. */
  readonly timeouts?: {
    readonly headersTimeout?: number;
    readonly requestTimeout?: number;
    readonly connectionsCheckingInterval?: number;
  };
  /** For tests: each answer of a route before it is written, to be held against what the route declares. */
  readonly onAnswer?: (route: Route, status: number, payload: unknown) => void;
  /** ATT&CK names for the console, served as it is. */
  readonly attack: unknown;
  readonly attackBook: AttackBook;
  /** Asked at most once a second. */
  status(): PlatformStatus;
  /** What it takes and how far it is behind, at most a few seconds old. */
  systemFigures(): Promise<SystemFigures>;
  decoys(): readonly DecoyDetail[];
  /** JSON Schema of what is configured of a decoy of this type; undefined where there is no such type. */
  decoySchema(type: string): Promise<Readonly<Record<string, unknown>> | undefined>;
  /** Has a decoy listen, or not any more; resolves once it is so. Rejects with `LISTEN_…` where its port cannot be had, with `DECOY_NOT_SWITCHED` where nobody answers. */
  switchDecoy(id: string, isListening: boolean): Promise<void>;
  /** How easily the decoys are told from the real thing. */
  readonly decoyTests: {
    /** Of the last one. */
    status(): DecoyTest;
    /** Throws `DECOY_TEST_RUNNING` while another one runs, `DECOY_TEST_UNMARKED` where it would count as an attack. */
    begin(): DecoyTest;
  };
  readonly configuration: PersonsConfiguration;
  sensors(): readonly SensorDetail[];
  /** A person's word that an incident is no attack, and taking back what it taught. */
  readonly dismissals: {
    dismiss(incident: string, word: NotAnAttack, by: string): Promise<Dismissed | undefined>;
    endException(id: string, by: string): Promise<boolean>;
  };
  /** What others enforce for us; without it nobody is told. */
  readonly blocklist?: {
    readonly mode: BlocklistConfig['mode'];
    readonly list: BlockList;
    readonly bouncers: Bouncers;
  };
  readonly erasures: PersonsErasures;
  readonly casework: PersonsCasework;
  readonly response: PersonsResponse;
  /** Playbooks that may do something. */
  readonly playbooks: PersonsPlaybooks;
  readonly rules: PersonsRules;
  readonly tour: PersonsTour;
}

/** Erasing what is kept of somebody. */
export interface PersonsErasures {
  /** Rejects with `ERASURE_BAD_ADDRESS`, `ERASURE_BAD_FIELD`, or `ERASURE_BUSY` while another one runs. */
  erase(order: ErasureOrder): Promise<Erased>;
  /** What the audit may say of it: never the value. */
  describe(order: ErasureOrder): { readonly field: string; readonly value: string };
}

/** What is known of ATT&CK besides names, and what is found without any rule. */
interface AttackBook {
  /** `description`: a sentence of MITRE's; `tactics`: ids, in the order of the matrix. Undefined where there is none of this id. */
  technique(
    id: string,
  ): { readonly name: string; readonly description: string; readonly tactics: readonly string[] } | undefined;
  /** Ids of those that look at behaviour. */
  readonly behaviours: ReadonlySet<string>;
  readonly detections: readonly {
    readonly id: string;
    readonly title: string;
    readonly techniques: readonly string[];
  }[];
}

/**
 * The configuration file, which the launcher reads and writes. Rejects with `CONFIGURATION_UNKNOWN` where no such version is kept, `CONFIGURATION_INVALID`,
 * `CONFIGURATION_KEPT` where it is changed at the machine alone, `CONFIGURATION_SECRET_UNKNOWN`, `CONFIGURATION_CHANGED` where another version is in force by now,
 * `CONFIGURATION_FILE_CHANGED` where the file is another one, `CONFIGURATION_NOT_WRITABLE`, `CONFIGURATION_BUSY`, `CONFIGURATION_NO_ANSWER`.
 */
export interface PersonsConfiguration {
  ask<What extends ConfigurationAsk['what']>(
    ask: Extract<ConfigurationAsk, { what: What }>,
  ): Promise<ConfigurationAnswers[What]>;
}

/** `version`: that it was changed from; whichever there is where it is not given. */
interface FromVersion {
  readonly version?: number | undefined;
}

export interface WorkChange extends FromVersion {
  /** `null`: nobody. */
  readonly assignee?: string | null | undefined;
  readonly status?: WorkStatus | undefined;
  readonly reason?: string | undefined;
}

export interface WorkMerge extends FromVersion {
  readonly into: string;
  readonly reason?: string | undefined;
}

/**
 * What people do about incidents; answered is the work as it is then. Rejects with `WORK_NO_INCIDENT`, `WORK_CHANGED` where it has another version by now,
 * `WORK_NO_ACCOUNT` where there is no such assignee, `WORK_MERGED` where it is or would be a part of two, `WORK_FULL`.
 */
export interface PersonsCasework {
  change(incident: string, change: WorkChange, by: string): Promise<IncidentWork>;
  note(incident: string, text: string, by: string): Promise<IncidentWork>;
  /** Makes it a part of another: it is closed, keeps its story and its blocks, and each names the other. */
  merge(incident: string, merge: WorkMerge, by: string): Promise<IncidentWork>;
}

export interface MeasureAsked {
  readonly measure: Measure;
  /** An address or a network in CIDR form. */
  readonly target: string;
  readonly ttlMs: number;
}

export interface MeasureOrdered extends MeasureAsked {
  /** Why, for the audit; may be empty. */
  readonly reason: string;
  /** Whose attack it answers. */
  readonly incident?: string | undefined;
}

/** `detail`: the enforcer's words. */
export interface DecidedAction {
  readonly status: ActionStatus;
  readonly detail?: string;
}

/**
 * What a signed-in person may order; `by` names them for the audit. Rejects with `ENFORCER_AWAY` or `ENFORCER_FAILED` where the enforcer does not
 * answer, `RESPONSE_REFUSED` where it refuses or an incident is named whose attacker lies outside of the target, `RESPONSE_NOT_DECIDED` where nothing
 * waits for a word.
 */
export interface PersonsResponse {
  /** Changes nothing. */
  plan(asked: MeasureAsked): Promise<BlockPlan>;
  /** What would be cut off besides, one question to `events` after another; undefined where the target is no network. Rejects as `events` does. */
  blastRadius(target: string, events: Pick<EventStore, 'aggregate' | 'query'>): Promise<BlastRadius | undefined>;
  /** The action as the enforcer has answered it; undefined where there is no such incident. */
  order(ordered: MeasureOrdered, by: string): Promise<Action | undefined>;
  /** Undefined where there is no such action. */
  decide(action: string, word: 'approve' | 'deny', reason: string, by: string): Promise<DecidedAction | undefined>;
  /** Resolves once the enforcer has been told; false where no such block is in force. */
  revert(actionId: string, by: string): Promise<boolean>;
  revertAll(by: string): Promise<number>;
}

export interface PersonsPlaybooks {
  list(): readonly { readonly playbook: Playbook; readonly mode: PlaybookRun['mode'] }[];
  /** The run as it is then. Rejects with `PLAYBOOKS_OFF`, `PLAYBOOK_RUN_NOT_FOUND`, `PLAYBOOK_NOT_ASKING` or `PLAYBOOK_NOT_ASKED_OF_YOU`. */
  answer(
    run: string,
    given: { readonly word: 'approve' | 'deny'; readonly by: string; readonly reason: string; readonly step?: string },
  ): Promise<PlaybookRun>;
}

/** Recorded attacks, for who has none yet. Rejects with `TOUR_MISSING` where this install has no recording. */
export interface PersonsTour {
  /** Undefined where there are none. */
  status(): TourStatus | undefined;
  /** Brings them in; where they are in already, nothing changes. */
  take(by: string): Promise<TourStatus>;
  /** Takes all of them out; false where there were none. */
  end(): Promise<boolean>;
}

/** The rules of this installation as they were read last. What people say of them is kept in the state first. */
export interface PersonsRules {
  /** With those that are off; the most severe first (`severityOf`), then by id. */
  list(): readonly RuleCard[];
  get(id: string): RuleDetail | undefined;
  /** What the rules' own file says of it (`rules disable`), whatever was said later. */
  written(id: string): RuleWord | undefined;
  /** Has what is kept come into force. Resolves also where the rules could not be read: then those before stay. */
  reload(): Promise<void>;
  /** Why this cannot be an exception, in one sentence. */
  refusalOf(exception: Exception): string | undefined;
  /** Rejects with `RULE_TRIAL_SLOW` where the rule takes too much time, or too much memory, and once nobody waits (`signal`). */
  tryOut(text: string, signal: AbortSignal): Promise<RuleTrial>;
  /** What a text of people's own rules says by itself. Rejects as `tryOut` does. */
  checkOwn(text: string, signal: AbortSignal): Promise<CheckedRules>;
  /**
   * What is wrong with having `after` in place of `before`, which differ in the text of this name alone: ids that others have, what it rests on, and what others
   * would lose. Texts in `after` have been checked by themselves. Throws `RULES_NOT_READ` where there is nothing to hold them against.
   */
  faultsOfOwn(name: string, before: readonly OwnRules[], after: readonly OwnRules[]): readonly RuleFault[];
  /** Of the text of this name as it was read last: which version, and why something of it is not in force. */
  own(name: string): { readonly version: number; readonly faults: readonly RuleFault[] } | undefined;
}

export interface ApiServer {
  /** Serves on a listener that was bound elsewhere. Called once. */
  serve(listener: Server): void;
  /**
   * Path (with a one-time token, good for 24 hours) under which the first account is made; undefined once there is one. The same token is
   * answered until it is used.
   */
  firstRunPath(): Promise<string | undefined>;
  /** Path of a link by which an account gets a new password, asked for at the machine itself; undefined where there is no such account. */
  recoverPath(recovery: Recovery): Promise<string | undefined>;
  readonly live: LiveHub;
  close(): Promise<void>;
}

/** Pushes to signed-in consoles. Never waits and never throws; what slow clients miss of it, and what they never miss, is in `contracts/live.ts`. */
export interface LiveHub {
  incident(incident: IncidentSummary): void;
  action(action: Action): void;
  work(work: WorkNews): void;
  /** For the rooms `events` and `sessions`; costs next to nothing while nobody is there. */
  event(event: Event): void;
  anomaly(detection: Detection): void;
  /** A piece of a session's recording, starting at this byte of it. */
  terminal(session: string, offset: number, chunk: Uint8Array): void;
}
