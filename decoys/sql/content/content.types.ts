/** Tables that a persona's databases hold, in words that both servers' types can be made of. */
import type { Value } from '../values.ts';

/** `id`: the key that counts up; the rest is what it says, texts with their length. */
export type ContentType = 'id' | 'int' | 'bigint' | 'flag' | 'money' | 'text' | 'date' | 'time' | `text(${number})`;

export interface ContentColumn {
  readonly name: string;
  readonly type: ContentType;
  readonly optional?: boolean;
  /** As a plain value. */
  readonly default?: string | number;
}

export interface ContentTable {
  readonly name: string;
  readonly columns: readonly ContentColumn[];
  readonly unique?: readonly (readonly string[])[];
  readonly indexes?: readonly (readonly string[])[];
  /** Times are `YYYY-MM-DD HH:MM:SS`. */
  rows(): readonly (readonly Value[])[];
}

/** `email:text(190)`, `note:text?`, `stock:int=0`. */
export function columns(...notations: readonly string[]): ContentColumn[] {
  return notations.map((notation) => {
    const match = /^(\w+):([a-z]+(?:\(\d+\))?)(\?)?(?:=(.*))?$/.exec(notation);
    if (match === null) throw new TypeError(`no column: ${notation}`);
    const [, name, type, optional, fallback] = match;
    return {
      name: name!,
      type: type as ContentType,
      ...(optional === undefined ? {} : { optional: true }),
      ...(fallback === undefined ? {} : { default: fallback }),
    };
  });
}
