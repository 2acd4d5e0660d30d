/** Comparing without regard to case, the same way everywhere: each UTF-16 code unit on its own, so that a text keeps its length and its positions. */

/**
 * The text in simple lower case. `toLowerCase` alone would not do: it lengthens `İ`, writes the `Σ` at the end of a word another way than inside it, and
 * lowers letters of two units (Adlam, Deseret), which regular expressions without `u`, matched beside it, leave as they are.
 */
export function foldCase(text: string): string {
  const lower = text.toLowerCase();
  return lower.length === text.length && !NOT_BY_UNITS.test(lower) ? lower : foldUnits(text);
}

const NOT_BY_UNITS = /[ς\ud800-\udbff]/;

function foldUnits(text: string): string {
  let folded = '';
  for (let at = 0; at < text.length; at++) {
    const unit = text[at] ?? '';
    const lower = unit.toLowerCase();
    folded += lower.length === 1 ? lower : unit;
  }
  return folded;
}
