/** What can be set about each responder: a line each. Schemas only, so that a configuration is checked without loading any responder. */
import { AwsNetworkAclConfig } from './aws-network-acl/aws-network-acl.config.ts';
import { AwsWafConfig } from './aws-waf/aws-waf.config.ts';
import { AzureNsgConfig } from './azure-nsg/azure-nsg.config.ts';
import { CaptureConfig } from './capture/capture.config.ts';
import { CommandConfig } from './command/command.config.ts';
import { GcpFirewallPolicyConfig } from './gcp-firewall-policy/gcp-firewall-policy.config.ts';
import { HaproxyMapConfig } from './haproxy-map/haproxy-map.config.ts';
import { FirewalldConfig } from './firewalld/firewalld.config.ts';
import { IptablesConfig } from './iptables/iptables.config.ts';
import { NftablesConfig } from './nftables/nftables.config.ts';
import { NginxMapConfig } from './nginx-map/nginx-map.config.ts';
import { OfctlRestConfig } from './ofctl-rest/ofctl-rest.config.ts';
import { OpenvswitchConfig } from './openvswitch/openvswitch.config.ts';
import { RedisConfig } from './redis/redis.config.ts';
import { UfwConfig } from './ufw/ufw.config.ts';
import { WebhookConfig } from './webhook/webhook.config.ts';

export const RESPONDER_CONFIGS = {
  nftables: NftablesConfig.describe('Drops packets on this host, and on their way through it, with nftables.'),
  iptables: IptablesConfig.describe(
    'Drops packets on this host, and on their way through it, with iptables and ipset: for hosts whose firewall is iptables.',
  ),
  ufw: UfwConfig.describe('Drops packets before the rules of ufw, with ipset: for hosts that run ufw.'),
  firewalld: FirewalldConfig.describe(
    'Drops packets with ipsets and a policy of firewalld: for hosts whose administrators look into firewalld. Established connections end where the program conntrack is installed. Entries have no time-out in the kernel: the enforcer takes them out when their time is over, and where it is gone for good they stay until firewalld is reloaded.',
  ),
  openvswitch: OpenvswitchConfig.describe(
    'Drops packets from and to blocked networks in switches of Open vSwitch, with flows that end by themselves in the switch.',
  ),
  'ofctl-rest': OfctlRestConfig.describe(
    'Drops packets from and to blocked networks in the switches of an OpenFlow controller, by `ofctl_rest` of os-ken or Ryu.',
  ),
  capture: CaptureConfig,
  redis: RedisConfig,
  'nginx-map': NginxMapConfig,
  'haproxy-map': HaproxyMapConfig,
  webhook: WebhookConfig,
  command: CommandConfig,
  'aws-network-acl': AwsNetworkAclConfig,
  'aws-waf': AwsWafConfig,
  'azure-nsg': AzureNsgConfig,
  'gcp-firewall-policy': GcpFirewallPolicyConfig,
} as const;

export type ResponderId = keyof typeof RESPONDER_CONFIGS;
