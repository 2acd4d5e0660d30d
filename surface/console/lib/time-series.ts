/** The beginnings of all intervals of a series of the API, epoch milliseconds, ascending. */
export function timesOf(series: { readonly from: number; readonly to: number; readonly intervalMs: number }): number[] {
  const times: number[] = [];
  for (let at = series.from; at < series.to && series.intervalMs > 0; at += series.intervalMs) times.push(at);
  return times;
}
