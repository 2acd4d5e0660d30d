/** Every behaviour, one line each. A test fails when a file of this folder is missing here, or has no cases beside it. */
import { addressGrab } from './address-grab.behaviour.ts';
import { arpSpoofing } from './arp-spoofing.behaviour.ts';
import { beaconing } from './beaconing.behaviour.ts';
import type { BehaviourDefinition } from './behaviour.types.ts';
import { dnsTunnel } from './dns-tunnel.behaviour.ts';
import { generatedDomains } from './generated-domains.behaviour.ts';
import { guardAlarm } from './guard-alarm.behaviour.ts';
import { horizontalScan } from './horizontal-scan.behaviour.ts';
import { lateralSpread } from './lateral-spread.behaviour.ts';
import { loginChain } from './login-chain.behaviour.ts';
import { networkGuessing } from './network-guessing.behaviour.ts';
import { openProxy } from './open-proxy.behaviour.ts';
import { outboundVolume } from './outbound-volume.behaviour.ts';
import { portScan } from './port-scan.behaviour.ts';
import { serviceAbuse } from './service-abuse.behaviour.ts';
import { verticalScan } from './vertical-scan.behaviour.ts';
import { webDenials } from './web-denials.behaviour.ts';
import { webFlood } from './web-flood.behaviour.ts';

export const BEHAVIOURS: readonly BehaviourDefinition[] = [
  addressGrab,
  arpSpoofing,
  beaconing,
  dnsTunnel,
  generatedDomains,
  guardAlarm,
  horizontalScan,
  lateralSpread,
  loginChain,
  networkGuessing,
  openProxy,
  outboundVolume,
  portScan,
  serviceAbuse,
  verticalScan,
  webDenials,
  webFlood,
];

export const BEHAVIOUR_IDS: ReadonlySet<string> = new Set(BEHAVIOURS.map(({ id }) => id));
