/** `key=value key2="two words"`: the form of firewalls and audit logs. */

const MAX_PAIRS = 256;

/**
 * Reads pairs apart at blanks, from `from` on. A value in double quotes may hold blanks and escaped quotes, and stands without its quotes; words without `=`
 * (flags, such as netfilter's `SYN`) are keys with an empty value. Of a key that comes twice, the first counts: a forged second one changes nothing.
 */
export function keyValues(text: string, from = 0, separator = '='): Map<string, string> {
  const pairs = new Map<string, string>();
  let at = from;
  while (at < text.length && pairs.size < MAX_PAIRS) {
    if (text.charCodeAt(at) === 0x20) {
      at++;
      continue;
    }
    const blank = endOfWord(text, at);
    const equals = text.indexOf(separator, at);
    if (equals === -1 || equals >= blank) {
      add(pairs, text.slice(at, blank), '');
      at = blank;
      continue;
    }
    const key = text.slice(at, equals);
    const begin = equals + separator.length;
    const mark = text.charCodeAt(begin);
    if (mark === 0x22 || mark === 0x27) {
      const end = closing(text, begin, text[begin]!);
      add(pairs, key, text.slice(begin + 1, end));
      at = end + 1;
    } else {
      const end = endOfWord(text, begin);
      add(pairs, key, text.slice(begin, end));
      at = end;
    }
  }
  return pairs;
}

function add(pairs: Map<string, string>, key: string, value: string): void {
  if (!pairs.has(key)) pairs.set(key, value);
}

function endOfWord(text: string, from: number): number {
  const blank = text.indexOf(' ', from);
  return blank === -1 ? text.length : blank;
}

/** Where the quote that begins at `from` ends; the end of the text where it never does. */
function closing(text: string, from: number, quote: string): number {
  let end = text.indexOf(quote, from + 1);
  while (end !== -1 && text[end - 1] === '\\') end = text.indexOf(quote, end + 1);
  return end === -1 ? text.length : end;
}
