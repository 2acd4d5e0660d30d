/** The responders there are: a line each, loaded when configured. */
import type { EnforcerConfig } from '../enforcer.config.ts';
import type { ResponderFactory } from '../responder.types.ts';

export const RESPONDERS = {
  nftables: async (config: EnforcerConfig): Promise<ResponderFactory> => {
    const { nftables } = await import('./nftables/nftables.responder.ts');
    return (ctx) => nftables.create(ctx, config.nftables);
  },
} as const;

/** What `createEnforcer` needs as `responders`, for this configuration. */
export async function configuredResponders(config: EnforcerConfig): Promise<ResponderFactory[]> {
  return [await RESPONDERS.nftables(config)];
}
