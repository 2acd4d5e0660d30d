/** Which log a JSON record is of: by `_path` where a streaming writer set it, by the file's name, or by fields that only this log has. */
import type { JsonObject } from '@netsentinel/contracts/parser';
import { mappingOf, mappings } from './mappings/index.ts';

export function logOf(record: JsonObject, fileName: string | undefined): string | undefined {
  const path = record['_path'] ?? record['@path'];
  if (typeof path === 'string' && path !== '') return path;
  const named = logNamed(fileName);
  // `ftp.log` may lie: what its records hold must not say otherwise.
  if (named !== undefined) return named;
  for (const [log, { signs }] of mappings) if (signs.every((field) => record[field] !== undefined)) return log;
  return undefined;
}

/** `conn.log`, `conn.10:00:00-11:00:00.log.gz`, `conn_20260921.json`: Zeek's own names of files. */
export function logNamed(fileName: string | undefined): string | undefined {
  const name = fileName === undefined ? undefined : /^([a-z][a-z0-9_]*?)(?:[_-]\d.*)?\./.exec(fileName)?.[1];
  return name !== undefined && mappingOf(name) !== undefined ? name : undefined;
}
