/** Files that the page makes of what it shows. */

export type Cell = string | number | undefined;

/** What a spreadsheet would take for a formula; a quote in front leaves it a text (OWASP, CSV Injection). */
const FORMULA = /^[=+\-@\t\r]/;

/** RFC 4180, with a head. Attackers wrote some of these values: none becomes a formula. */
export function csvOf(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [head, ...rows].map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n';
}

function cell(value: Cell): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Offers a file of this text to whoever looks at the page. */
export function saveFile(name: string, type: 'text/csv' | 'application/json', text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
