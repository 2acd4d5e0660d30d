/**
 * MS17-010 as its scanners, exploits and the DoublePulsar implant speak it. A persona that is unpatched answers as such a Windows does; nothing is exploited, everything
 * is told.
 */
import { STATUS } from '../nt-status.ts';
import type { SmbClient } from '../smb-client.ts';
import type { Smb1Request } from './smb1-message.ts';
import type { Transaction, TransactionReply } from './smb1-transactions.ts';

const CVES = ['CVE-2017-0143', 'CVE-2017-0144', 'CVE-2017-0145', 'CVE-2017-0146', 'CVE-2017-0147', 'CVE-2017-0148'];
const NOT_IMPLEMENTED = 0xc000_0002;
const MAX_KEPT = 4 * 1024 * 1024;

/** PeekNamedPipe on no pipe at all: an unpatched Windows is out of resources, a patched one and Samba know no such handle. */
export function ms17010Probe(client: SmbClient, request: Smb1Request): number {
  void request;
  client.telemetry.probe({
    action: 'eternalblue-probe',
    message: 'asked for PeekNamedPipe on handle 0, as scanners for MS17-010 do',
    techniques: ['T1595.002', 'T1046'],
    cve: CVES,
  });
  return client.identity.product.eternalBlue ? STATUS.INSUFF_SERVER_RESOURCES : STATUS.INVALID_HANDLE;
}

/** Pieces of a transaction of another kind than it was begun with, or of none: what the overflow of EternalBlue is made of. */
export function overflowAttempt(
  client: SmbClient,
  request: Smb1Request,
  begunAs: Transaction['kind'] | undefined,
): void {
  if (begunAs === 'files') return;
  client.telemetry.probe({
    action: 'eternalblue-exploit',
    message: `sent TRANSACTION2_SECONDARY (${request.bytes.length} bytes) for a transaction ${begunAs === undefined ? 'that was never begun' : 'that was begun as NT_TRANSACT'}, as EternalBlue does`,
    techniques: ['T1210', 'T1068'],
    cve: ['CVE-2017-0144'],
  });
}

/** The implant hides behind TRANS2_SESSION_SETUP; its opcode is the sum of the bytes of the timeout. */
export function doublePulsar(client: SmbClient, transaction: Transaction): TransactionReply {
  const { timeout, data, parameters, request } = transaction;
  const opcode = ((timeout & 255) + ((timeout >>> 8) & 255) + ((timeout >>> 16) & 255) + (timeout >>> 24)) & 255;
  const meaning: Readonly<Record<number, string>> = { 0x23: 'ping', 0x77: 'uninstall', 0xc8: 'execute' };
  client.telemetry.probe({
    action: opcode === 0xc8 ? 'doublepulsar-execute' : 'doublepulsar-probe',
    message: `asked for TRANS2_SESSION_SETUP, DoublePulsar's ${meaning[opcode] ?? `opcode ${opcode}`}, with ${data.length} bytes`,
    techniques: opcode === 0xc8 ? ['T1210', 'T1055'] : ['T1595.002'],
    cve: ['CVE-2017-0144'],
  });
  const content = Buffer.concat([parameters, data]).subarray(0, MAX_KEPT);
  if (content.length > 64)
    client.telemetry.keep('doublepulsar-payload.bin', content, {
      threat: { technique: { id: ['T1210'] } },
      netsentinel: { smb: { operation: 'doublepulsar-payload', cve: ['CVE-2017-0144'] } },
    });
  // Not implanted: the number of the request comes back as it was (implanted, it would be 16 more).
  return { status: NOT_IMPLEMENTED, mid: request.header.mid };
}
