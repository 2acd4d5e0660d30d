/** Words of a line as `sdssplitargs` finds them: bare, "with escapes", or 'literal'. */
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };
/** C's isspace. */
const SPACE = new Set([' ', '\t', '\n', '\v', '\f', '\r']);

/** Undefined where a quote is not closed, or closed in the middle of a word. */
export function splitWords(text: string): string[] | undefined {
  const words: string[] = [];
  let at = 0;
  for (;;) {
    while (at < text.length && SPACE.has(text[at]!)) at++;
    if (at >= text.length) return words;
    let word = '';
    while (at < text.length && !SPACE.has(text[at]!)) {
      const quote = text[at]!;
      if (quote !== '"' && quote !== "'") {
        word += text[at++];
        continue;
      }
      const quoted = quote === '"' ? doubleQuoted(text, at + 1) : singleQuoted(text, at + 1);
      if (quoted === undefined) return undefined;
      word += quoted.word;
      at = quoted.end;
      if (at < text.length && !SPACE.has(text[at]!)) return undefined;
    }
    words.push(word);
  }
}

function doubleQuoted(text: string, start: number): { readonly word: string; readonly end: number } | undefined {
  let word = '';
  for (let at = start; at < text.length; at++) {
    const c = text[at]!;
    if (c === '"') return { word, end: at + 1 };
    if (c !== '\\' || at + 1 >= text.length) {
      word += c;
      continue;
    }
    const hex = /^x([0-9a-fA-F]{2})/.exec(text.slice(at + 1, at + 4));
    if (hex !== null) {
      word += String.fromCharCode(Number.parseInt(hex[1]!, 16));
      at += 3;
    } else {
      at++;
      word += ESCAPES[text[at]!] ?? text[at]!;
    }
  }
  return undefined;
}

function singleQuoted(text: string, start: number): { readonly word: string; readonly end: number } | undefined {
  let word = '';
  for (let at = start; at < text.length; at++) {
    if (text[at] === "'") return { word, end: at + 1 };
    if (text[at] === '\\' && text[at + 1] === "'") at++;
    word += text[at]!;
  }
  return undefined;
}
