/** What there is to know of a change that was made; nothing where that is nothing. */
export function Told({ words }: { readonly words: string | undefined }) {
  if (words === undefined) return null;
  return (
    <p className="notice" role="status">
      {words}
    </p>
  );
}
