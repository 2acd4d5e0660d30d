/** How much of what there is at most: a bar, and a meter to who hears the page. */
export function Meter(props: {
  readonly label: string;
  readonly n: number;
  /** 0: there is none. */
  readonly of: number;
  readonly isBad?: boolean;
}) {
  const { label, n, of, isBad = false } = props;
  return (
    <div
      className={isBad ? 'system-bar missing' : 'system-bar'}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={Math.max(1, of)}
      aria-valuenow={n}
    >
      <span style={{ width: `${of === 0 ? 0 : Math.min(1, n / of) * 100}%` }} />
    </div>
  );
}
