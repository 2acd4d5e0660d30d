/** Denies attackers in a network security group of Azure. Never run live. */
import { cloudResponder } from '../../clouds/cloud-responder.ts';
import { loadCloud } from '../../clouds/load-cloud.ts';
import type { ResponderDefinition } from '../../responder.types.ts';
import { AzureNsgConfig } from './azure-nsg.config.ts';

export const azureNsg: ResponderDefinition<AzureNsgConfig> = {
  id: 'azure-nsg',
  summary: 'Denies attackers in a network security group of Azure.',
  config: AzureNsgConfig,
  create(ctx, config) {
    const { networkSecurityGroup, resourceGroup, maxEntries } = config;
    const place = `${resourceGroup}/${networkSecurityGroup}`;
    return cloudResponder('azure-nsg', ctx, {
      ...config,
      where: `never run live, ${place}`,
      room: { most: maxEntries, per: 'list' },
      fullHint: 'Azure allows 4,000 addresses in a group',
      open: () =>
        loadCloud('azure', async () =>
          (await import('../../clouds/azure/security-rules.ts')).openSecurityRules(config),
        ),
      plan: (kind, network) => [
        `PUT securityRules netsentinel-${network.includes(':') ? 6 : 4}-* in ${place}: deny inbound ${kind === 'block' ? 'with' : 'without'} ${network}`,
      ],
    });
  },
};
