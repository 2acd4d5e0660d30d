/** One row of comma-separated values: fields in quotes may hold commas, line ends and doubled quotes. */

const MAX_FIELDS = 64;

export function csvRow(text: string): string[] {
  const fields: string[] = [];
  let at = 0;
  while (fields.length < MAX_FIELDS) {
    if (text.charCodeAt(at) === 0x22) {
      const end = endOfQuoted(text, at);
      fields.push(text.slice(at + 1, end).replaceAll('""', '"'));
      at = end + 1;
    } else {
      const end = text.indexOf(',', at);
      fields.push(end === -1 ? text.slice(at) : text.slice(at, end));
      at = end === -1 ? text.length : end;
    }
    if (text.charCodeAt(at) !== 0x2c) return fields;
    at++;
  }
  return fields;
}

/** Where the closing quote stands; the text's end where there is none. */
function endOfQuoted(text: string, open: number): number {
  for (let at = text.indexOf('"', open + 1); at !== -1; at = text.indexOf('"', at + 2))
    if (text.charCodeAt(at + 1) !== 0x22) return at;
  return text.length;
}
