/** A text of YAML documents, some of them Sigma rules: looked at line by line, as what people write need not be YAML yet. */

export interface RuleText {
  /** Of its first line; the first of the text is 1. */
  readonly line: number;
  /** Of its last line. */
  readonly end: number;
  readonly title: string;
  /** A correlation rests on rules; a filter stands with them. */
  readonly kind: 'rule' | 'correlation' | 'filter';
}

const SEPARATOR = /^---(\s|$)/;

/** The documents that have a title, in their order. */
export function ruleTexts(text: string): readonly RuleText[] {
  const lines = text.split('\n');
  const starts = [0, ...lines.flatMap((line, i) => (SEPARATOR.test(line) ? [i + 1] : []))];
  return starts.flatMap((start, n) => {
    const end = n + 1 < starts.length ? starts[n + 1]! - 1 : lines.length;
    const own = lines.slice(start, end);
    const title = own.map((line) => /^title:\s*(\S.*)$/.exec(line)?.[1]).find((one) => one !== undefined);
    if (title === undefined) return [];
    const has = (key: string): boolean => own.some((line) => line.startsWith(`${key}:`));
    const kind = has('correlation') ? 'correlation' : has('filter') ? 'filter' : 'rule';
    return [{ line: start + 1, end, title: unquoted(title.trim()), kind }];
  });
}

/** The text with one rule left, and the filters that stand with it: what is taken out becomes empty lines, so that a fault's line is that of the whole. */
export function onlyRule(text: string, rule: Pick<RuleText, 'line'>): string {
  const others = ruleTexts(text).filter(({ kind, line }) => kind !== 'filter' && line !== rule.line);
  return text
    .split('\n')
    .map((line, i) => {
      const at = i + 1;
      // With its separator, which would leave an empty document.
      return others.some((other) => at >= other.line - 1 && at <= other.end) ? '' : line;
    })
    .join('\n');
}

/** The text of one document alone. */
export function textOf(text: string, { line, end }: Pick<RuleText, 'line' | 'end'>): string {
  return text
    .split('\n')
    .slice(line - 1, end)
    .join('\n');
}

/** The rule that stands around this line; undefined where none does. */
export function ruleAt(text: string, line: number): RuleText | undefined {
  return ruleTexts(text).find((one) => line >= one.line && line <= one.end);
}

function unquoted(title: string): string {
  const [, single, double] = /^(?:'(.*)'|"(.*)")$/.exec(title) ?? [];
  return single?.replaceAll("''", "'") ?? double ?? title;
}
