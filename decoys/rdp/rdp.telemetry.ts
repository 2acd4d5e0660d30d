/** What is told of a Remote Desktop client before it has a screen. */
import type { ServiceTelemetry } from '../service/service-telemetry.ts';
import type { Extra } from '../service/telemetry.types.ts';
import type { ClientSettings } from './connect/gcc.ts';
import { type agree, PROTOCOL, type readConnectionRequest } from './connect/negotiation.ts';
import type { readClientInfo } from './share/client-info.ts';

/** The channel of CVE-2019-0708: Windows makes it itself, no client has reason to ask for it. */
const MS_T120 = 'MS_T120';
const BLUE_KEEP: Extra = {
  threat: {
    framework: 'MITRE ATT&CK',
    tactic: { id: ['TA0001'] },
    technique: {
      id: ['T1190', 'T1210'],
      name: ['Exploit Public-Facing Application', 'Exploitation of Remote Services'],
    },
  },
  netsentinel: { rdp: { cve: ['CVE-2019-0708'] } },
};
const PROTOCOL_NAMES: readonly (readonly [number, string])[] = [
  [PROTOCOL.ssl, 'tls'],
  [PROTOCOL.hybrid, 'nla'],
  [PROTOCOL.rdstls, 'rdstls'],
  [PROTOCOL.hybridEx, 'nla-ex'],
  [PROTOCOL.aad, 'aad'],
];

export function tellNegotiation(
  report: ServiceTelemetry,
  { protocols, cookie, correlationId }: NonNullable<ReturnType<typeof readConnectionRequest>>,
  agreement: ReturnType<typeof agree>,
): void {
  const names = PROTOCOL_NAMES.filter(([bit]) => ((protocols ?? 0) & bit) !== 0).map(([, name]) => name);
  const rdp = {
    protocols: protocols === undefined ? ['none'] : names.length === 0 ? ['rdp'] : names,
    security: agreement.kind === 'failed' ? 'refused' : nameOf(agreement.protocol),
    ...(cookie === undefined ? {} : { cookie: cookie.slice(0, 512) }),
    ...(correlationId === undefined ? {} : { correlation_id: correlationId }),
  };
  report.client({}, { netsentinel: { rdp } });
}

export function tellClient(report: ServiceTelemetry, client: ClientSettings): void {
  const rdp = {
    client_name: client.clientName,
    client_build: client.clientBuild,
    keyboard_layout: `0x${client.keyboardLayout.toString(16).padStart(8, '0')}`,
    screen: `${client.width}x${client.height}x${client.colorDepth}`,
    channels: client.channels.map(({ name }) => name),
  };
  report.client({ software: `build ${client.clientBuild}` }, { netsentinel: { rdp } });
  if (client.channels.some(({ name }) => isExploited(name))) report.other('exploit', BLUE_KEEP);
}

export function tellInformation(
  report: ServiceTelemetry,
  { clientName }: ClientSettings,
  info: NonNullable<ReturnType<typeof readClientInfo>>,
  user: string,
): void {
  const rdp = { client_name: clientName, client_address: info.clientAddress, client_directory: info.clientDirectory };
  report.client({}, { ...(user === '' ? {} : { user: { name: user.slice(0, 512) } }), netsentinel: { rdp } });
}

/** Whether a channel of this name is that of CVE-2019-0708. */
export function isExploited(channel: string | undefined): boolean {
  return channel?.toUpperCase() === MS_T120;
}

export function tellExploit(report: ServiceTelemetry): void {
  report.other('exploit', { ...BLUE_KEEP, message: `sent to ${MS_T120}` });
}

function nameOf(protocol: number): string {
  return PROTOCOL_NAMES.find(([bit]) => bit === protocol)?.[1] ?? 'rdp';
}
