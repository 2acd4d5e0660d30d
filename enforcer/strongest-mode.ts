/** What an enforcer does at most: the mode of the responder that does most. Loads no schema, for who only asks about a configuration. */
import type { ResponseMode } from '@netsentinel/contracts/action';
import type { EnforcerConfig } from './enforcer.config.ts';

const STRONGEST_FIRST = ['enforce', 'approve', 'simulate'] as const;

export function strongestMode(config: Pick<EnforcerConfig, 'mode' | 'responders'>): ResponseMode {
  const named = Object.values(config.responders ?? { nftables: {} }).filter((settings) => settings !== undefined);
  return strongest(named.map((settings: { readonly mode?: ResponseMode }) => settings.mode ?? config.mode));
}

export function strongest(modes: readonly ResponseMode[]): ResponseMode {
  return STRONGEST_FIRST.find((mode) => modes.includes(mode)) ?? 'off';
}
