/** Functions of arrays, by their names. */
import type { Value } from '../sql/values.ts';
import { count, known, type PgFunction } from './function-makers.ts';
import { compareValues } from './compare-values.ts';
import { INT4, TEXT, arrayOf } from './pg-types.ts';
import { plainText } from './pg-values.ts';

const list = (value: Value): readonly Value[] => (Array.isArray(value) ? (value as readonly Value[]) : []);

export const arrayFunctions: Readonly<Record<string, PgFunction>> = {
  array_length: count(2, 2, (value, dimension) =>
    Number(dimension) === 1 && list(value).length > 0 ? list(value).length : null,
  ),
  array_upper: count(2, 2, (value) => list(value).length || null),
  array_lower: count(2, 2, (value) => (list(value).length > 0 ? 1 : null)),
  array_ndims: count(1, 1, () => 1),
  cardinality: count(1, 1, (value) => list(value).length),
  array_to_string: {
    least: 2,
    most: 3,
    type: TEXT,
    run: ([value, mark, nothing], [type]) =>
      value === null || mark === null
        ? null
        : list(value!)
            .flatMap((item) =>
              item === null
                ? nothing === undefined || nothing === null
                  ? []
                  : [plainText(nothing, TEXT)]
                : [plainText(item, type!.element ?? TEXT)],
            )
            .join(plainText(mark!, TEXT)),
  },
  string_to_array: {
    least: 2,
    most: 3,
    type: arrayOf(TEXT),
    run: known((value, mark) => (value === '' ? [] : mark === '' ? [value] : String(value).split(String(mark)))),
  },
  array_append: {
    least: 2,
    most: 2,
    type: ([type]) => type!,
    run: ([value, item]) => [...list(value ?? null), item ?? null],
  },
  array_cat: {
    least: 2,
    most: 2,
    type: ([type]) => type!,
    run: ([a, b]) => [...list(a ?? null), ...list(b ?? null)],
  },
  array_remove: {
    least: 2,
    most: 2,
    type: ([type]) => type!,
    run: ([value, item]) =>
      list(value ?? null).filter((own) => own === null || item === null || compareValues(own, item!) !== 0),
  },
  array_position: {
    least: 2,
    most: 3,
    type: INT4,
    run: ([value, item]) => {
      const at = list(value ?? null).findIndex(
        (own) => own !== null && item !== null && compareValues(own, item!) === 0,
      );
      return at < 0 ? null : at + 1;
    },
  },
};
