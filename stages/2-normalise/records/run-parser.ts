/** Runs one parser over one record, so that one hostile record ends nothing, and fills in what every document of a format has. */
import {
  Refusal,
  type EcsDocument,
  type JsonObject,
  type Parsed,
  type Parser,
  type ParserDefinition,
} from '@netsentinel/contracts/parser';
import { parsedObject } from './sample.ts';

/** The reason of a refusal that is our fault: a parser must never throw. One hostile record shall not end the reading of a file. */
export const PARSER_FAILED = 'the parser failed on this record';

export function parseLine(parser: Parser, line: string): Parsed {
  if (parser.line === undefined) {
    const object = parsedObject(line);
    return object === undefined ? new Refusal('this is no JSON object') : parseObject(parser, object, line);
  }
  try {
    return parser.line(line);
  } catch {
    return new Refusal(PARSER_FAILED);
  }
}

export function parseObject(parser: Parser, object: JsonObject, original: string): Parsed {
  try {
    if (parser.object !== undefined) return parser.object(object, original);
    return parser.line?.(original);
  } catch {
    return new Refusal(PARSER_FAILED);
  }
}

/** Module, data set and kind, where the document names none. */
export function nameDocument({ event }: EcsDocument, definition: Pick<ParserDefinition, 'module' | 'dataset'>): void {
  event['module'] ??= definition.module;
  event['dataset'] ??= definition.dataset;
  event.kind ??= 'event';
}
