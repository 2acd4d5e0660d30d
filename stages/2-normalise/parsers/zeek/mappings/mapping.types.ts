/** How one Zeek log becomes ECS: where its own fields stand, and what they mean. */
import type { EcsDocument } from '@netsentinel/contracts/parser';
import type { ZeekRecord } from '../tsv.ts';

export interface ZeekMapping {
  /** Elastic's name of the data set: `connection` for Zeek's `conn`. The log's own fields stand under `zeek.<dataset>`. */
  readonly dataset: string;
  /** From Zeek's name of a field to its place below `zeek.<dataset>`; an empty place leaves it out. What is not named keeps its name. */
  readonly fields: Readonly<Record<string, string>>;
  readonly kind?: 'event' | 'metric' | 'enrichment' | 'alert';
  readonly category?: readonly string[];
  readonly type?: readonly string[];
  readonly transport?: string;
  readonly protocol?: string;
  /** False where the log's addresses are no flow, so that it has no Community ID. */
  readonly flow?: boolean;
  /** Where only the ECS part is wanted and `zeek.<dataset>` stays away. */
  readonly ecsOnly?: boolean;
  /** Fields that only this log's JSON records have: all of one list must be there. */
  readonly signs: readonly (readonly string[])[];
  /** What is to be said beyond addresses, transport and time, which `document` has already. `own` is `zeek.<dataset>`. */
  ecs?(record: ZeekRecord, document: EcsDocument, own: Record<string, unknown>): void;
}

export const CONNECTION = ['connection', 'protocol'];
export const CONNECTION_INFO = ['connection', 'protocol', 'info'];
