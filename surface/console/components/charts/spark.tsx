/** Counts over time as small bars in a row, for a table. Its words are the label. */
export function Spark({ label, values }: { readonly label: string; readonly values: readonly number[] }) {
  const most = Math.max(1, ...values);
  return (
    <svg
      className="spark"
      role="img"
      aria-label={label}
      viewBox={`0 0 ${Math.max(1, values.length) * 4} 20`}
      preserveAspectRatio="none"
    >
      <title>{label}</title>
      {values.map((n, i) => {
        const height = n === 0 ? 1 : 2 + (n / most) * 18;
        return <rect key={i} x={i * 4} y={20 - height} width={3} height={height} className={n === 0 ? 'none' : ''} />;
      })}
    </svg>
  );
}
