/** What a source is read as while it is still being written: its first lines may be too few to tell. */
import type { Formats, Recognised } from '@netsentinel/contracts/collector';

/** So sure that further lines would not change it. */
const CERTAIN = 0.9;
/** So many lines tell a general form from a special one. */
const ENOUGH_LINES = 8;
/** Whoever is not known by so much is not known. */
const MOST_LINES = 32;
export const SAMPLE_BYTES = 64 * 1024;

export interface Choice {
  readonly definition: Recognised['definition'];
  /** Told by the reader itself where undefined. */
  readonly json: boolean | undefined;
}

/**
 * Undefined where more of it should be seen first.
 * @param begin its first bytes, at most `SAMPLE_BYTES`
 * @param isPatient false once nothing more has come for a while: then the best guess counts
 * @param before what the source's predecessor was read as
 */
export async function chooseFormat(
  formats: Formats,
  begin: Uint8Array,
  { isPatient, before, fileName }: { isPatient: boolean; before?: string | undefined; fileName?: string | undefined },
): Promise<Choice | undefined> {
  const lines = countLines(begin);
  const isAll = begin.length >= SAMPLE_BYTES;
  if (lines === 0 && !isAll) return undefined;
  const found = await formats.recognise(begin, false, fileName);
  const [best] = found;
  const same = found.find(({ definition }) => definition.id === before);
  if (same !== undefined && same.confidence >= best!.confidence / 2) return same;
  if (best !== undefined && (best.confidence >= CERTAIN || lines >= ENOUGH_LINES || isAll || !isPatient)) return best;
  if (best === undefined && (lines >= MOST_LINES || isAll)) return { definition: formats.unknown, json: undefined };
  return undefined;
}

function countLines(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(10); at !== -1 && lines < MOST_LINES; at = bytes.indexOf(10, at + 1)) lines++;
  return lines;
}
