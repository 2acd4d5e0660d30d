/** Ports as people write them, `22,80,8000-8100`: short for what is scanned in a row, and cut at a whole number where it is not. */

/** @param ports ascending, without repetition */
export function portRanges(ports: readonly number[], maxLength: number): string {
  let text = '';
  for (let i = 0; i < ports.length;) {
    let last = i;
    while (ports[last + 1] === ports[last]! + 1) last++;
    const range = last === i ? `${ports[i]!}` : `${ports[i]!}-${ports[last]!}`;
    const next = text === '' ? range : `${text},${range}`;
    if (next.length > maxLength) return `${text},…`;
    text = next;
    i = last + 1;
  }
  return text;
}
