/** Denies attackers in network ACLs of AWS: deny rules in a range of numbers of our own. */
import { cloudResponder } from '../../clouds/cloud-responder.ts';
import { loadCloud } from '../../clouds/load-cloud.ts';
import type { ResponderDefinition } from '../../responder.types.ts';
import { AwsNetworkAclConfig } from './aws-network-acl.config.ts';

export const awsNetworkAcl: ResponderDefinition<AwsNetworkAclConfig> = {
  id: 'aws-network-acl',
  summary: 'Denies attackers in network ACLs of AWS.',
  config: AwsNetworkAclConfig,
  create(ctx, config) {
    const { networkAclIds, region, firstRule, maxRules } = config;
    const acls = networkAclIds.join(', ');
    const rules = `${firstRule}-${firstRule + maxRules - 1}`;
    return cloudResponder('aws-network-acl', ctx, {
      ...config,
      where: `${acls} in ${region}, inbound rules ${rules}`,
      room: { most: maxRules, per: 'list' },
      fullHint: 'AWS allows few rules in a network ACL; aws-waf holds more',
      open: () =>
        loadCloud('aws', async () => (await import('../../clouds/aws/network-acls.ts')).openNetworkAcls(config)),
      plan: (kind, network) => [
        `${kind === 'block' ? 'CreateNetworkAclEntry' : 'DeleteNetworkAclEntry'} ${acls}: deny all inbound from ${network}, a rule of ${rules}`,
      ],
    });
  },
};
