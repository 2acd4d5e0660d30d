/** A question as a Sigma rule: https://sigmahq.io/sigma-specification, with the names of ECS (`taxonomy: ecs`). */
import type { Condition, HuntQuery, Op } from './query.ts';

const MODIFIER: Readonly<Record<Op, string>> = {
  eq: '',
  in: '',
  prefix: '|startswith',
  contains: '|contains',
  gt: '|gt',
  gte: '|gte',
  lt: '|lt',
  lte: '|lte',
  cidr: '|cidr',
  exists: '|exists',
};
const NUMBER = /^-?\d{1,15}(\.\d{1,6})?$/;

/**
 * @param id a UUID
 * @param title of one line
 * @param date as `2026-11-23`
 */
export function sigmaOf(
  query: HuntQuery,
  { id, title, date }: { readonly id: string; readonly title: string; readonly date: string },
): string {
  const selections: Condition[][] = [];
  for (const condition of query.conditions.filter(({ not }) => !not)) {
    // A map has each name once.
    const free = selections.find((one) => !one.some((other) => keyOf(other) === keyOf(condition)));
    if (free === undefined) selections.push([condition]);
    else free.push(condition);
  }
  const filters = query.conditions.filter(({ not }) => not);
  const lines: string[] = [];
  selections.forEach((one, i) => lines.push(`    selection_${i + 1}:`, ...one.flatMap(entryOf)));
  if (query.words.length > 0)
    lines.push(
      '    keywords:',
      "        '|all':",
      ...query.words.map((word) => `            - ${scalar(escaped(word))}`),
    );
  filters.forEach((one, i) => lines.push(`    filter_${i + 1}:`, ...entryOf(one)));
  const condition = [
    ...(selections.length > 0 ? ['all of selection_*'] : []),
    ...(query.words.length > 0 ? ['keywords'] : []),
    ...(filters.length > 0 ? ['not 1 of filter_*'] : []),
  ].join(' and ');
  return [
    `title: ${scalar(title)}`,
    `id: ${id}`,
    'status: experimental',
    'taxonomy: ecs',
    `date: ${date}`,
    // Of whatever log: so was the question.
    'logsource: {}',
    'detection:',
    ...lines,
    `    condition: ${condition}`,
    'level: medium',
    '',
  ].join('\n');
}

function keyOf({ field, op }: Condition): string {
  return `${field}${MODIFIER[op]}`;
}

function entryOf(condition: Condition): string[] {
  const { op, values } = condition;
  const key = scalar(keyOf(condition));
  if (op === 'exists') return [`        ${key}: true`];
  const said = values.map((value) => valueOf(op, value));
  return said.length === 1
    ? [`        ${key}: ${said[0]}`]
    : [`        ${key}:`, ...said.map((value) => `            - ${value}`)];
}

function valueOf(op: Op, value: string): string {
  if (op !== 'contains' && op !== 'prefix' && NUMBER.test(value)) return value;
  return scalar(op === 'cidr' ? value : escaped(value));
}

/** What would be a wildcard stands for itself (Sigma, appendix modifiers: escaping). */
function escaped(value: string): string {
  return value.replace(/[\\*?]/g, '\\$&');
}

/** A scalar of YAML that is read as this text, whatever is in it. */
function scalar(text: string): string {
  if (
    /^[A-Za-z@_][\w.@|-]*$/.test(text) &&
    !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text) &&
    !text.startsWith('@')
  )
    return text;
  // What no line of single quotes can hold is written as JSON, which YAML 1.2 contains.
  return /[^\x20-\x7e]/.test(text) ? JSON.stringify(text) : `'${text.replaceAll("'", "''")}'`;
}
