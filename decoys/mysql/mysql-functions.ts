/** All functions that need nothing but their arguments, by name. */
import { addressFunctions } from './address-functions.ts';
import { calendarFunctions } from './calendar-functions.ts';
import { codingFunctions } from './coding-functions.ts';
import type { FunctionDefinition } from './function.types.ts';
import { jsonFunctions } from './json-functions.ts';
import { numberFunctions } from './number-functions.ts';
import { searchFunctions } from './search-functions.ts';
import { textFunctions } from './text-functions.ts';
import { timeFunctions } from './time-functions.ts';

const definitions: Readonly<Record<string, FunctionDefinition>> = {
  ...textFunctions,
  ...codingFunctions,
  ...searchFunctions,
  ...numberFunctions,
  ...timeFunctions,
  ...calendarFunctions,
  ...addressFunctions,
  ...jsonFunctions,
};

const ALIASES: Readonly<Record<string, string>> = {
  lcase: 'lower',
  ucase: 'upper',
  character_length: 'char_length',
  octet_length: 'length',
  position: 'locate',
  power: 'pow',
  ceil: 'ceiling',
};

export const plainFunctions: ReadonlyMap<string, FunctionDefinition> = new Map([
  ...Object.entries(definitions),
  ...Object.entries(ALIASES).map(([alias, name]) => [alias, definitions[name]!] as const),
]);
