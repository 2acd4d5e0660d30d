import type { ColourName } from './colours.ts';

/** The most severe first. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;

/** The colour of a severity; dim for what is none. */
export function severityColour(severity: string): ColourName {
  return SEVERITIES.find((one) => one === severity) ?? 'dim';
}
