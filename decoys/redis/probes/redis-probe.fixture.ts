/**
 * What is sent to the real redis-server and to the decoy to compare them: raw bytes, or commands that follow a FLUSHALL on one connection. `mask` takes
 * out what differs between any two servers.
 */
export interface RedisProbe {
  readonly send: string | readonly (readonly string[])[];
  readonly mask?: (answer: string) => string;
}

const words = (line: string): readonly string[] =>
  (line.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replace(/^'(.*)'$/s, '$1'));
export const line = (...lines: readonly string[]): RedisProbe => ({ send: lines.map(words) });
export const raw = (send: string): RedisProbe => ({ send });
export const numbers = (probe: RedisProbe): RedisProbe => ({ ...probe, mask: (answer) => answer.replace(/\d+/g, '0') });
/** Replies of which the order is that of a hash table. */
export const unordered = (probe: RedisProbe): RedisProbe => ({
  ...probe,
  mask: (answer) => answer.split('\r\n').toSorted().join('\n'),
});
