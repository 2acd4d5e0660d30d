/** The elements of all sets that `ipset save` prints, as it writes them. */
export function ipsetElements(saved: string): string[] {
  return saved.split('\n').flatMap((line) => /^add \S+ (\S+)/.exec(line)?.[1] ?? []);
}
