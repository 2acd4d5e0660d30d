/**
 * Which telling signs stand in a text, found in one pass: a recogniser that needs one of them to say anything is not asked where none is there. Most values hold
 * few, and each recogniser's patterns are large.
 */

/** One bit each; `breaks` are the ends of lines. */
export const MARK = {
  slash: 1,
  backslash: 2,
  dot: 4,
  underscore: 8,
  colon: 16,
  equals: 32,
  brace: 64,
  less: 128,
  dollar: 256,
  percent: 512,
  at: 1024,
  hash: 2048,
  breaks: 4096,
} as const;

const BY_CODE = new Uint16Array(0x80);
const SIGNS: readonly (readonly [string, number])[] = [
  ['/', MARK.slash],
  ['\\', MARK.backslash],
  ['.', MARK.dot],
  ['_', MARK.underscore],
  [':', MARK.colon],
  ['=', MARK.equals],
  ['{', MARK.brace],
  ['<', MARK.less],
  ['$', MARK.dollar],
  ['%', MARK.percent],
  ['@', MARK.at],
  ['#', MARK.hash],
  ['\r\n', MARK.breaks],
];
for (const [chars, mark] of SIGNS) for (const char of chars) BY_CODE[char.charCodeAt(0)] = mark;

/** The bits of `MARK` that stand in the text. */
export function marksOf(text: string): number {
  let marks = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x80) marks |= BY_CODE[code]!;
    else if (code === 0x85 || code === 0x2028) marks |= MARK.breaks;
  }
  return marks;
}
