/** What went wrong, in the problem's own words; nothing while nothing did. */
export function Failure({ words }: { readonly words: string | undefined }) {
  if (words === undefined) return null;
  return (
    <p className="notice bad" role="alert">
      {words}
    </p>
  );
}
