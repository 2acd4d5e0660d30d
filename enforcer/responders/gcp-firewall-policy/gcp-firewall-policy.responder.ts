/** Denies attackers in a network firewall policy of Google Cloud. Never run live. */
import { cloudResponder } from '../../clouds/cloud-responder.ts';
import { loadCloud } from '../../clouds/load-cloud.ts';
import type { ResponderDefinition } from '../../responder.types.ts';
import { GcpFirewallPolicyConfig } from './gcp-firewall-policy.config.ts';

export const gcpFirewallPolicy: ResponderDefinition<GcpFirewallPolicyConfig> = {
  id: 'gcp-firewall-policy',
  summary: 'Denies attackers in a network firewall policy of Google Cloud.',
  config: GcpFirewallPolicyConfig,
  create(ctx, config) {
    const { project, region, policy, maxEntries } = config;
    const place = `${project}/${region ?? 'global'}/${policy}`;
    return cloudResponder('gcp-firewall-policy', ctx, {
      ...config,
      where: `never run live, ${place}`,
      room: { most: maxEntries, per: 'family' },
      fullHint: 'Google Cloud allows 5,000 ranges in a rule',
      open: () =>
        loadCloud('gcp', async () => (await import('../../clouds/gcp/firewall-policy.ts')).openFirewallPolicy(config)),
      plan: (kind, network) => [
        `patchRule netsentinel-${network.includes(':') ? 6 : 4} of ${place}: deny ingress ${kind === 'block' ? 'with' : 'without'} ${network}`,
      ],
    });
  },
};
