/** How much of a sample is of a form: what most formats are recognised by. */

/** 0 to 1; 0 of nothing. */
export function shareOf<Item>(sample: readonly Item[], isOfForm: (item: Item) => boolean): number {
  return sample.filter(isOfForm).length / Math.max(1, sample.length);
}
