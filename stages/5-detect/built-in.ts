/** What is found without any rule: detectors, behaviours and what is watched of accounts, as a list for those who ask what is covered. */
import { BEHAVIOURS } from './behaviour/index.ts';
import { DETECTORS } from './detectors/index.ts';
import { SUBJECTS } from './subjects/index.ts';

export interface BuiltInDetection {
  readonly id: string;
  readonly title: string;
  /** Of ATT&CK: `T1059.004`. */
  readonly techniques: readonly string[];
}

export function builtInDetections(): readonly BuiltInDetection[] {
  return [...DETECTORS, ...BEHAVIOURS, ...SUBJECTS].map(({ id, title, techniques }) => ({ id, title, techniques }));
}
