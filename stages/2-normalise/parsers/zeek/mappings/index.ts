/** Every log whose meaning we know, by Zeek's name of it. */
import { dpd, intel, notice, signatures, traceroute, tunnel, weird } from './alerts.ts';
import { knownCerts, ocsp, ssl, x509 } from './certificates.ts';
import { conn } from './connection.ts';
import {
  captureLoss,
  dnp3,
  knownHosts,
  knownServices,
  modbus,
  sip,
  snmp,
  software,
  stats,
  syslog,
} from './infrastructure.ts';
import { irc, kerberos, mysql, ntlm, radius, rdp, rfb, socks, ssh } from './logins.ts';
import type { ZeekMapping } from './mapping.types.ts';
import { arp, dhcp, dns, ntp } from './names.ts';
import { files, ftp, http, pe, smtp } from './web.ts';
import { dceRpc, smbCmd, smbFiles, smbMapping } from './windows.ts';

/** The order is that in which a JSON record is tried by its fields: those that share fields with others stand behind them. */
export const mappings: ReadonlyMap<string, ZeekMapping> = new Map(
  Object.entries({
    conn,
    dns,
    sip,
    http,
    ssl,
    files,
    x509,
    ssh,
    smtp,
    ftp,
    dhcp,
    ntp,
    arp,
    kerberos,
    ntlm,
    rdp,
    rfb,
    socks,
    mysql,
    snmp,
    modbus,
    dnp3,
    smb_files: smbFiles,
    smb_cmd: smbCmd,
    smb_mapping: smbMapping,
    dce_rpc: dceRpc,
    notice,
    intel,
    signatures,
    weird,
    dpd,
    tunnel,
    syslog,
    irc,
    pe,
    ocsp,
    software,
    known_certs: knownCerts,
    known_services: knownServices,
    known_hosts: knownHosts,
    stats,
    capture_loss: captureLoss,
    radius,
    traceroute,
  }),
);

/** Names that some versions or deployments give to the same log. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['conn_red', 'conn'],
  ['dns_red', 'dns'],
  ['http_red', 'http'],
  ['ssl_red', 'ssl'],
  ['smtp_red', 'smtp'],
  ['weird_red', 'weird'],
  ['notice_alarm', 'notice'],
  ['connection', 'conn'],
]);

export function mappingOf(log: string): ZeekMapping | undefined {
  return mappings.get(log) ?? mappings.get(ALIASES.get(log) ?? '');
}
