/** Text written so that a shell reads it back, as `set`, `declare -p`, `printf %q`, `trap` and `set -x` write it. */

/** In single quotes, or `$'…'` where there are control characters. `always` quotes plain words too. */
export function printable(text: string, always = false): string {
  if (/[\x00-\x1f\x7f]/.test(text)) return dollarQuoted(text);
  if (!always && text !== '' && !/[^A-Za-z0-9_./:@%^,+=-]/.test(text)) return text;
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** As `printf %q`: backslashes rather than quotes. */
export function escaped(text: string): string {
  if (text === '') return "''";
  if (/[\x00-\x1f\x7f]/.test(text)) return dollarQuoted(text);
  return text.replace(/[^A-Za-z0-9_./:@%^+=\-\u0080-\uffff]/g, '\\$&').replace(/^~/, '\\~');
}

/** In double quotes, as `declare -p`. */
export function doubleQuoted(text: string): string {
  if (/[\x00-\x1f\x7f]/.test(text)) return dollarQuoted(text);
  return `"${text.replace(/[\\"$`]/g, '\\$&')}"`;
}

function dollarQuoted(text: string): string {
  const names: Readonly<Record<string, string>> = {
    '\n': 'n',
    '\t': 't',
    '\r': 'r',
    '\x07': 'a',
    '\b': 'b',
    '\f': 'f',
    '\v': 'v',
    '\x1b': 'E',
  };
  const body = text.replace(
    /[\x00-\x1f\x7f'\\]/g,
    (char) =>
      `\\${names[char] ?? (char === "'" || char === '\\' ? char : char.charCodeAt(0).toString(8).padStart(3, '0'))}`,
  );
  return `$'${body}'`;
}
