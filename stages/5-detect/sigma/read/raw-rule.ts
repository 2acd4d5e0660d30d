/** A rule between YAML and expression: fields, modifiers and values as the author wrote them. This is what pipelines change. */
import type { LogSource, Metadata } from '../rule.ts';
import type { Path } from './problem.ts';

export type RawScalar = string | number | boolean | null;

export interface Item {
  readonly kind: 'item';
  /** Null for a keyword. */
  readonly field: string | null;
  readonly modifiers: readonly string[];
  readonly values: readonly RawScalar[];
  readonly path: Path;
}

export type Detection = Item | { readonly kind: 'all' | 'any'; readonly of: readonly Detection[] };

export interface RawRule {
  readonly metadata: Metadata;
  readonly taxonomy: string;
  readonly logsource: LogSource;
  /** By search identifier. */
  readonly detections: ReadonlyMap<string, Detection>;
  /** Any of them. */
  readonly conditions: readonly string[];
  readonly fields: readonly string[];
  /** Fields of the document that are not Sigma's, for pipelines that ask for them. */
  readonly custom: Readonly<Record<string, unknown>>;
}
