/** What an enforcer does at most: the mode of the responder that does most. Loads no schema, for who only asks about a configuration. */
import type { ResponseMode } from '@netsentinel/contracts/action';
import type { EnforcerConfig } from './enforcer.config.ts';

const STRONGEST_FIRST = ['enforce', 'approve', 'simulate'] as const;

export function strongestMode(config: Pick<EnforcerConfig, 'mode' | 'responders' | 'points'>): ResponseMode {
  const { mode, points } = config;
  const named = Object.values(config.responders ?? { nftables: {} }).filter((settings) => settings !== undefined);
  const all = points === undefined ? named : [...named, points];
  return strongest(all.map((settings: { readonly mode?: ResponseMode | undefined }) => settings.mode ?? mode));
}

export function strongest(modes: readonly ResponseMode[]): ResponseMode {
  return STRONGEST_FIRST.find((mode) => modes.includes(mode)) ?? 'off';
}
