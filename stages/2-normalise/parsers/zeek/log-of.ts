/** Which log a JSON record is of: by `_path` where a streaming writer set it, by the file's name, or by the fields that only this log has. */
import type { JsonObject } from '@netsentinel/contracts/parser';
import { mappings } from './mappings.ts';

/** The first whose fields are all there. */
const SIGNS: readonly (readonly [log: string, ...fields: readonly string[]])[] = [['conn', 'conn_state', 'uid']];

export function logOf(record: JsonObject, fileName: string | undefined): string | undefined {
  const path = record['_path'] ?? record['@path'];
  if (typeof path === 'string' && path !== '') return path;
  const named = fileName === undefined ? undefined : /^([a-z][a-z0-9_]*)/.exec(fileName)?.[1];
  if (named !== undefined && mappings.has(named)) return named;
  for (const [log, ...fields] of SIGNS) if (fields.every((field) => record[field] !== undefined)) return log;
  return undefined;
}
