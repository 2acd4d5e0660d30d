/** Comparing without regard to case, the same way everywhere: each UTF-16 code unit on its own, so that a text keeps its length and its positions. */

/**
 * The text in simple lower case. `toLowerCase` alone would not do: it lengthens `İ` and writes the `Σ` at the end of a word another way than inside it.
 */
export function foldCase(text: string): string {
  const lower = text.toLowerCase();
  return lower.length === text.length && !lower.includes('ς') ? lower : foldUnits(text);
}

function foldUnits(text: string): string {
  let folded = '';
  for (let at = 0; at < text.length; at++) {
    const unit = text[at] ?? '';
    const lower = unit.toLowerCase();
    folded += lower.length === 1 ? lower : unit;
  }
  return folded;
}
