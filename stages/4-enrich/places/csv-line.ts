/** The cells of one line of CSV (RFC 4180, section 2); line ends within quotes are not for tables of addresses. */
const MAX_CELLS = 64;

export function cellsOf(line: string): readonly string[] {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line;
  if (!text.includes('"')) return text.split(',', MAX_CELLS);
  const cells: string[] = [];
  let at = 0;
  while (at <= text.length && cells.length < MAX_CELLS) {
    if (text[at] === '"') {
      const [cell, next] = quotedAt(text, at + 1);
      cells.push(cell);
      at = next + 1;
    } else {
      const comma = text.indexOf(',', at);
      const end = comma === -1 ? text.length : comma;
      cells.push(text.slice(at, end));
      at = end + 1;
    }
  }
  return cells;
}

/** The text up to its closing quote, and where the comma behind it is. */
function quotedAt(text: string, from: number): readonly [string, number] {
  let cell = '';
  let at = from;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote === -1) return [cell + text.slice(at), text.length];
    cell += text.slice(at, quote);
    if (text[quote + 1] !== '"') {
      const comma = text.indexOf(',', quote);
      return [cell, comma === -1 ? text.length : comma];
    }
    cell += '"';
    at = quote + 2;
  }
}
