/** Access log and error log in one stream: a line of the second, among lines of the first. */
import { Refusal, type Parsed } from '@netsentinel/contracts/parser';

/** The document of the error log's parser under its own dataset, or `refused` where that knows the line no better. */
export function orError(parsed: Parsed, dataset: string, refused: Refusal): Parsed {
  if (parsed === undefined || parsed instanceof Refusal) return refused;
  parsed.event['dataset'] = dataset;
  return parsed;
}
