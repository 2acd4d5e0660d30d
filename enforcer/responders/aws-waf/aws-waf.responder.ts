/** Keeps attackers in two IP sets of AWS WAF, which the operator's web ACLs refer to. */
import { cloudResponder } from '../../clouds/cloud-responder.ts';
import { loadCloud } from '../../clouds/load-cloud.ts';
import type { ResponderDefinition } from '../../responder.types.ts';
import { AwsWafConfig } from './aws-waf.config.ts';

export const awsWaf: ResponderDefinition<AwsWafConfig> = {
  id: 'aws-waf',
  summary: 'Keeps attackers in IP sets of AWS WAF.',
  config: AwsWafConfig,
  create(ctx, config) {
    const { name, region, scope } = config;
    return cloudResponder('aws-waf', ctx, {
      ...config,
      where: `IP sets ${name}-4 and ${name}-6 (${scope}) in ${region}`,
      room: { most: config.maxEntries, per: 'family' },
      fullHint: 'AWS allows 10,000 in an IP set',
      open: () => loadCloud('aws', async () => (await import('../../clouds/aws/ip-sets.ts')).openIpSets(config)),
      plan: (kind, network) => [
        `UpdateIPSet ${name}-${network.includes(':') ? 6 : 4} (${scope}): ${kind === 'block' ? 'with' : 'without'} ${network}`,
      ],
    });
  },
};
