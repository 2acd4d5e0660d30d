/** Functions that look for something in a text, a list or a document. */
import { regexp } from '../sql/patterns.ts';
import { type Value } from '../sql/values.ts';
import { known, texts, own, total } from './function-makers.ts';
import { DOUBLE, INT, type FunctionDefinition, text } from './function.types.ts';
import { fault } from './mysql-faults.ts';
import { compareValues, textOf, toNumber } from './mysql-values.ts';

/** What error-based injection reads: everything that is no XPath comes back in the message. */
function xpath(path: Value): void {
  const said = textOf(path);
  if (/^\s*(?:\/{0,2}[\w*@.:-]+(?:\[[^\]]*\])?)+(?:\/{1,2}[\w*@.:()-]+(?:\[[^\]]*\])?)*\s*$/.test(said) || said === '/')
    return;
  throw fault(1105, 'HY000', `XPATH syntax error: '${said.slice(0, 31)}'`);
}

export const searchFunctions: Readonly<Record<string, FunctionDefinition>> = {
  instr: {
    least: 2,
    most: 2,
    type: () => INT,
    run: known((value, needle) => textOf(value).toLowerCase().indexOf(textOf(needle).toLowerCase()) + 1),
  },
  locate: {
    least: 2,
    most: 3,
    type: () => INT,
    run: known(
      (needle, value, from) =>
        textOf(value)
          .toLowerCase()
          .indexOf(textOf(needle).toLowerCase(), from === undefined ? 0 : toNumber(from) - 1) + 1,
    ),
  },
  strcmp: { least: 2, most: 2, type: () => INT, run: known((a, b) => compareValues(textOf(a), textOf(b))) },
  elt: {
    least: 2,
    most: 4096,
    type: (types) => text(Math.max(...types.map(({ length }) => length ?? 20))),
    run: ([index, ...args]) => (index === null ? null : (args[toNumber(index!) - 1] ?? null)),
  },
  field: {
    least: 2,
    most: 4096,
    type: () => INT,
    run: ([value, ...args]) =>
      value === null ? 0 : args.findIndex((arg) => arg !== null && compareValues(arg, value!) === 0) + 1,
  },
  find_in_set: {
    least: 2,
    most: 2,
    type: () => INT,
    run: known((value, set) => textOf(set).split(',').indexOf(textOf(value)) + 1),
  },
  make_set: {
    least: 2,
    most: 64,
    type: (types) => text(total(types)),
    run: ([mask, ...args]) =>
      mask === null
        ? null
        : args
            .filter((arg, i) => arg !== null && (toNumber(mask!) >> i) & 1)
            .map(textOf)
            .join(','),
  },
  substring_index: texts(3, 3, own, (value, mark, count) => {
    if (mark === '') return '';
    const parts = value.split(mark);
    const n = Number(count);
    return n >= 0 ? parts.slice(0, n).join(mark) : parts.slice(n).join(mark);
  }),
  extractvalue: {
    least: 2,
    most: 2,
    type: () => text(65_535),
    run: known((_, path) => {
      xpath(path);
      return '';
    }),
  },
  updatexml: {
    least: 3,
    most: 3,
    type: () => text(65_535),
    run: known((xml, path) => {
      xpath(path);
      return textOf(xml);
    }),
  },
  match_against: {
    least: 2,
    most: 64,
    type: () => DOUBLE,
    run: known((query, ...columns) =>
      textOf(query)
        .toLowerCase()
        .split(/\W+/)
        .some((word) => word.length > 2 && columns.some((column) => textOf(column).toLowerCase().includes(word)))
        ? 1
        : 0,
    ),
  },
  regexp_replace: texts(3, 3, 255, (value, pattern, to) => {
    const compiled = regexp(pattern, 'gi');
    return compiled === undefined ? value : value.slice(0, 4000).replace(compiled, to);
  }),
  regexp_substr: texts(2, 2, 255, (value, pattern) => regexp(pattern, 'i')?.exec(value.slice(0, 4000))?.[0] ?? ''),
  regexp_instr: {
    least: 2,
    most: 2,
    type: () => INT,
    run: known((value, pattern) => (regexp(textOf(pattern), 'i')?.exec(textOf(value).slice(0, 4000))?.index ?? -1) + 1),
  },
};
