/** What is wrong with a text that somebody wrote, by line. */
export interface TextFault {
  /** From 1; undefined where the fault is of the whole. */
  readonly line: number | undefined;
  readonly words: string;
}

/** As a problem of the API says it, a line for each: `netsentinel.yaml:2:1: words` or `line 2: words` where it has a place. */
export function faultsOf(detail: string): TextFault[] {
  return detail
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, at, words] = /^\s*(?:\S*?:|line )(\d{1,6})(?::\d{1,6})?:\s*(.+)$/s.exec(line) ?? [];
      return at === undefined || words === undefined
        ? { line: undefined, words: line.trim() }
        : { line: Number(at), words };
    });
}

/** The position in a text where a line (from 1) begins and ends. */
export function lineRange(text: string, line: number): readonly [start: number, end: number] {
  const lines = text.split('\n');
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  const start = Math.min(before, text.length);
  return [start, Math.min(text.length, start + (lines[line - 1]?.length ?? 0))];
}
