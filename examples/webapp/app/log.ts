/** One JSON object a line. What a client sent stands in fields, cut off, never in the message. */

const MAX_FIELD = 512;

export function log(
  level: 'info' | 'warn' | 'error',
  message: string,
  fields: Readonly<Record<string, unknown>> = {},
): void {
  const line: Record<string, unknown> = { time: new Date().toISOString(), level, message };
  for (const [name, value] of Object.entries(fields))
    line[name] = typeof value === 'string' ? value.slice(0, MAX_FIELD) : value;
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
