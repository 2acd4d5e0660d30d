/**
 * Relational state: incidents, actions, what is known of attackers, accounts. Everything that must change together changes in
 * one transaction, the consumer's stream position included: that is what makes a crash harmless.
 * One contract suite (`testkit/contracts/state-store.suite.ts`) runs over every engine.
 */
import type { AccessBookReader, AccessBookWriter } from './access-book.ts';
import type { Action, ActionStatus } from './action.ts';
import type { AttackerFilter, AttackerPage } from './attacker.ts';
import type { AlertBookReader, AlertBookWriter } from './alert-book.ts';
import type { AnswerBookReader, AnswerBookWriter } from './answer-book.ts';
import type { AuditBookReader, AuditBookWriter } from './audit-book.ts';
import type { CaseworkReader, CaseworkWriter, WorkStatus } from './casework.ts';
import type { Exception } from './exception.ts';
import type { Incident, IncidentSummary } from './incident.ts';
import type { SourceRecord } from './source.ts';
import type { PlaybookBookReader, PlaybookBookWriter } from './playbook-run.ts';
import type { ProgramBookReader, ProgramBookWriter } from './program-book.ts';
import type { OwnRulesReader, OwnRulesWriter } from './own-rules.ts';
import type { RuleBookReader, RuleBookWriter } from './rule-book.ts';
import type { Position } from './stream.ts';

export interface StateStore {
  /** Runs `work` in one durable transaction; rolls back when it throws. Transactions run one after another. */
  transaction<T>(work: (tx: StateTransaction) => Promise<T>): Promise<T>;
  /** Reads outside a transaction; sees committed data only. */
  readonly read: StateReader;
  /** Writes a consistent copy to the file while the store is in use. */
  backup(file: string): Promise<void>;
  close(): Promise<void>;
}

export interface IncidentFilter {
  readonly status?: readonly Incident['status'][];
  readonly actor?: string;
  readonly minScore?: number;
  /** Last seen at this time (epoch ms) or earlier. */
  readonly lastSeenUntil?: number;
  /** Only those of known scanners, or only those of others. */
  readonly scanner?: boolean;
  /** Only those of the tour, or only others. */
  readonly recorded?: boolean;
  /** Only those that this account has; empty: those that nobody has. */
  readonly assignee?: string;
  /** How far people’s work on it is; what nobody has touched is `open`. */
  readonly work?: readonly WorkStatus[];
  /** Words that must all stand in what a list shows of it (`holdsWords`). */
  readonly text?: string;
  /** Keyset paging, newest `lastSeen` first. */
  readonly after?: string;
  /** Default 50, at most 500. */
  readonly limit?: number;
}

export interface StoredActor {
  /** What detectors remember of it, as they packed it. */
  readonly state?: Uint8Array;
  /** Its newest incident that is not over: neither closed nor benign. None of the tour: nobody's attack goes on in a recording. */
  readonly incident?: Incident;
  /** There are incidents of it, over or not. */
  readonly hasIncidents: boolean;
}

export interface StateReader
  extends
    AccessBookReader,
    AlertBookReader,
    AnswerBookReader,
    AuditBookReader,
    CaseworkReader,
    OwnRulesReader,
    PlaybookBookReader,
    ProgramBookReader,
    RuleBookReader {
  incident(id: string): Promise<Incident | undefined>;
  incidents(
    filter?: IncidentFilter,
  ): Promise<{ readonly incidents: readonly IncidentSummary[]; readonly next?: string }>;
  /** Who attacked, as the incidents that are kept add up. */
  attackers(filter?: AttackerFilter): Promise<AttackerPage>;
  /** What is kept of each of these actors, in their order. */
  actors(actors: readonly string[]): Promise<readonly StoredActor[]>;
  action(id: string): Promise<Action | undefined>;
  /** Newest first; `limit` is 100 by default and at most 200,000. */
  actions(filter?: {
    readonly status?: readonly ActionStatus[];
    readonly incident?: string;
    readonly limit?: number;
    /** Keyset paging: only those that come after this one in the order, even where it has gone meanwhile. */
    readonly after?: Pick<Action, 'createdAt' | 'id'>;
  }): Promise<readonly Action[]>;
  /** What incidents taught that were no attacks, and what people wrote by the API: newest first, those that are over too; at most 20,000. */
  exceptions(): Promise<readonly Exception[]>;
  /** Next offset to read, by consumer name. */
  watermarks(consumer: string): Promise<readonly Position[]>;
  setting(key: string): Promise<string | undefined>;
  /** What a decoy remembers of an attacker. */
  memory(sensor: string, key: string): Promise<Uint8Array | undefined>;
  /** When each source was last heard; the watch over them bounds how many there are. */
  sources(): Promise<readonly SourceRecord[]>;
}

/** Takes away what is to be known no longer; each answers how many it was. */
export interface ErasureBookWriter {
  /** With what people and playbooks have to do about them. */
  removeIncidents(ids: readonly string[]): Promise<number>;
  /** What detectors remember of actors, as they packed it. */
  forgetActors(isMeant: (actor: string, state: Uint8Array) => boolean): Promise<number>;
  /** What decoys remember of attackers. */
  dropMemories(isMeant: (key: string, value: Uint8Array) => boolean): Promise<number>;
}

export interface StateTransaction
  extends
    StateReader,
    ErasureBookWriter,
    AccessBookWriter,
    AlertBookWriter,
    AnswerBookWriter,
    AuditBookWriter,
    CaseworkWriter,
    OwnRulesWriter,
    PlaybookBookWriter,
    ProgramBookWriter,
    RuleBookWriter {
  putIncident(incident: Incident): Promise<void>;
  /** Drops all incidents of the tour (`isRecorded`) and what was done about them; answers how many there were. */
  removeRecorded(): Promise<number>;
  putAction(action: Action): Promise<void>;
  putException(exception: Exception): Promise<void>;
  putActorState(actor: string, state: Uint8Array, lastSeen: number): Promise<void>;
  setWatermarks(consumer: string, next: readonly Position[]): Promise<void>;
  putSetting(key: string, value: string | undefined): Promise<void>;
  putMemory(sensor: string, key: string, value: Uint8Array, at: number): Promise<void>;
  putSources(records: readonly SourceRecord[]): Promise<void>;
  removeSources(names: readonly Pick<SourceRecord, 'sensor' | 'source'>[]): Promise<void>;
  /** Drops what was last touched before these times (epoch ms); answers how many rows went. */
  prune(before: {
    readonly actors?: number;
    readonly memory?: number;
    readonly closedIncidents?: number;
    /** Only those that are over. */
    readonly exceptions?: number;
  }): Promise<number>;
}
