/** Functions that need nothing but their arguments. */
import { arrayFunctions } from './array-functions.ts';
import { codingFunctions } from './coding-functions.ts';
import type { PgFunction } from './function-makers.ts';
import { jsonFunctions } from './json-functions.ts';
import { numberFunctions } from './number-functions.ts';
import { textFunctions } from './text-functions.ts';
import { timeFunctions } from './time-functions.ts';

export const plainFunctions: ReadonlyMap<string, PgFunction> = new Map(
  Object.entries({
    ...textFunctions,
    ...codingFunctions,
    ...numberFunctions,
    ...timeFunctions,
    ...arrayFunctions,
    ...jsonFunctions,
  }),
);
