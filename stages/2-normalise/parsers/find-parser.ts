/** Which parser reads a source: by name, or by what its begin looks like. */
import type { ParserDefinition, Sample } from '@netsentinel/contracts/parser';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { parsers } from './index.ts';

/** Below this, a format is a guess that says less than "unknown". */
const LEAST_CONFIDENCE = 0.2;

export interface Candidate {
  readonly definition: ParserDefinition;
  readonly confidence: number;
}

/** @throws NetSentinelError FORMAT_UNKNOWN */
export async function parserNamed(id: string): Promise<ParserDefinition> {
  const entry = parsers.find((one) => one.id === id);
  if (entry !== undefined) return entry.load();
  throw new NetSentinelError('FORMAT_UNKNOWN', 'user', `there is no format ${JSON.stringify(id.slice(0, 60))}`, {
    hint: `Known are ${parsers.map((one) => one.id).join(', ')}.`,
  });
}

/** All of them, for who recognises again and again. */
export async function allParsers(): Promise<ParserDefinition[]> {
  return Promise.all(parsers.map((entry) => entry.load()));
}

/** Every format that the sample may be, the surest first; at equal confidence in the order of the list. */
export async function recognise(sample: Sample): Promise<Candidate[]> {
  return recogniseAmong(await allParsers(), sample);
}

export function recogniseAmong(definitions: readonly ParserDefinition[], sample: Sample): Candidate[] {
  return definitions
    .map((definition) => ({ definition, confidence: definition.recognise(sample) }))
    .filter(({ confidence }) => confidence >= LEAST_CONFIDENCE)
    .toSorted((a, b) => b.confidence - a.confidence);
}
