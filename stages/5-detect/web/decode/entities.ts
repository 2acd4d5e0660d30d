/** HTML character references, as browsers read them: with or without the semicolon, and the names that hide punctuation. */
const NAMES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  amp: '&',
  colon: ':',
  semi: ';',
  comma: ',',
  period: '.',
  sol: '/',
  bsol: '\\',
  lpar: '(',
  rpar: ')',
  lsqb: '[',
  rsqb: ']',
  lcub: '{',
  rcub: '}',
  equals: '=',
  num: '#',
  excl: '!',
  grave: '`',
  dollar: '$',
  tab: '\t',
  newline: '\n',
  nbsp: ' ',
};

export function decodeEntities(text: string): string {
  return text.replaceAll(/&(?:#x0{0,8}([0-9a-f]{1,6})|#0{0,8}(\d{1,7})|([a-z]{2,8}(?=;)));?/gi, (all, ...groups) => {
    const [hex, decimal, name] = groups as (string | undefined)[];
    if (name !== undefined) return NAMES[name.toLowerCase()] ?? all;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });
}
