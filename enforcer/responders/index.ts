/** The responders there are: a line each, loaded when configured. `configs.ts` has a line for each besides. */
import type { ResponderPorts } from '../capturer.types.ts';
import { respondersOf, type EnforcerConfig } from '../enforcer.config.ts';
import type { ConfiguredResponder, ResponderDefinition, ResponderFactory } from '../responder.types.ts';
import { RESPONDER_CONFIGS, type ResponderId } from './configs.ts';

const members: Readonly<Record<ResponderId, () => Promise<ResponderDefinition<unknown>>>> = {
  nftables: async () => (await import('./nftables/nftables.responder.ts')).nftables,
  iptables: async () => (await import('./iptables/iptables.responder.ts')).iptables,
  ufw: async () => (await import('./ufw/ufw.responder.ts')).ufw,
  firewalld: async () => (await import('./firewalld/firewalld.responder.ts')).firewalld,
  openvswitch: async () => (await import('./openvswitch/openvswitch.responder.ts')).openvswitch,
  'ofctl-rest': async () => (await import('./ofctl-rest/ofctl-rest.responder.ts')).ofctlRest,
  redis: async () => (await import('./redis/redis.responder.ts')).redis,
  'nginx-map': async () => (await import('./nginx-map/nginx-map.responder.ts')).nginxMap,
  'haproxy-map': async () => (await import('./haproxy-map/haproxy-map.responder.ts')).haproxyMap,
  capture: async () => (await import('./capture/capture.responder.ts')).capture,
  webhook: async () => (await import('./webhook/webhook.responder.ts')).webhook,
  command: async () => (await import('./command/command.responder.ts')).command,
  'aws-network-acl': async () => (await import('./aws-network-acl/aws-network-acl.responder.ts')).awsNetworkAcl,
  'aws-waf': async () => (await import('./aws-waf/aws-waf.responder.ts')).awsWaf,
  'azure-nsg': async () => (await import('./azure-nsg/azure-nsg.responder.ts')).azureNsg,
  'gcp-firewall-policy': async () =>
    (await import('./gcp-firewall-policy/gcp-firewall-policy.responder.ts')).gcpFirewallPolicy,
};

export const responderIds = Object.keys(members) as readonly ResponderId[];

/** The responder of this kind, or undefined. */
export async function findResponder(id: string): Promise<ResponderDefinition<unknown> | undefined> {
  return Object.hasOwn(members, id) ? members[id as ResponderId]() : undefined;
}

/** What `createEnforcer` needs as `responders`, for this configuration. */
export async function configuredResponders(
  config: EnforcerConfig,
  ports: ResponderPorts = {},
): Promise<ConfiguredResponder[]> {
  return Promise.all(
    respondersOf(config).map(async ({ id, mode, options }) => {
      const definition = await members[id]();
      const network = definition.network?.(options);
      return {
        id,
        mode,
        create: (ctx) => definition.create(ctx, options, ports),
        ...(network === undefined ? {} : { network }),
      } satisfies ConfiguredResponder;
    }),
  );
}

/** What is to be done with a responder that is configured no more, should it still hold something: take it back, with its defaults. */
export async function retiredResponder(id: string): Promise<ResponderFactory | undefined> {
  const definition = await findResponder(id);
  const defaults = Object.hasOwn(RESPONDER_CONFIGS, id)
    ? RESPONDER_CONFIGS[id as ResponderId].safeParse({})
    : undefined;
  if (definition === undefined || defaults?.success !== true) return undefined;
  return (ctx) => definition.create(ctx, defaults.data);
}
