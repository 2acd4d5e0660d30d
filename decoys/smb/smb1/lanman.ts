/** The Remote Administration Protocol on `\PIPE\LANMAN` (MS-RAP), from before RPC: listing shares and servers is all that is still asked of it. */
import { STATUS } from '../nt-status.ts';
import type { SmbClient } from '../smb-client.ts';
import { LittleReader, LittleWriter } from '../wire.ts';
import type { Transaction, TransactionReply } from './smb1-transactions.ts';

const CALL = { shareEnum: 0, serverGetInfo: 13, workstationInfo: 63, serverEnum2: 104 } as const;
const NOT_SUPPORTED = 50;
const MAX_COMMENT = 48;
const DOMAINS = 0x8000_0000;

export function lanman(client: SmbClient, { parameters }: Transaction): TransactionReply {
  const reader = new LittleReader(parameters);
  const code = reader.u16();
  const text = (): string => {
    const bytes: number[] = [];
    for (let byte = reader.u8(); byte !== 0 && reader.ok && bytes.length < 64; byte = reader.u8()) bytes.push(byte);
    return String.fromCharCode(...bytes);
  };
  text();
  text();
  const level = reader.u16();
  const { identity, telemetry } = client;
  const names: Readonly<Record<number, string>> = {
    0: 'NetShareEnum',
    13: 'NetServerGetInfo',
    63: 'NetWkstaGetInfo',
    104: 'NetServerEnum2',
  };
  telemetry.call({ pipe: 'LANMAN', operation: `rap:${names[code] ?? code}`, techniques: ['T1135'] });
  const rows: { readonly head: Buffer; readonly comment: string }[] = [];
  const fixed = (name: string, length: number): Buffer => {
    const bytes = Buffer.alloc(length);
    bytes.write(name.slice(0, length - 1), 'latin1');
    return bytes;
  };
  const server = (name: string, type: number, comment: string): void => {
    const { major, minor } = identity.product;
    const head = new LittleWriter(26).raw(fixed(name, 16));
    rows.push({ head: level === 0 ? head.done() : head.u8(major).u8(minor).u32(type).done(), comment });
  };
  if (code === CALL.shareEnum && level === 1) {
    for (const share of identity.shares) {
      const type = share.kind === 'disk' ? 0 : share.kind === 'printer' ? 1 : 3;
      rows.push({
        head: new LittleWriter(16).raw(fixed(share.name, 13)).u8(0).u16(type).done(),
        comment: share.comment,
      });
    }
  } else if (code === CALL.serverEnum2 && level <= 1) {
    reader.skip(4);
    const wanted = reader.u32();
    if (wanted === DOMAINS) server(identity.workgroup, 0x8000_1000, identity.target.netbiosComputer);
    else server(identity.target.netbiosComputer, identity.product.serverType, identity.serverComment);
  } else if (code === CALL.serverGetInfo && level <= 1)
    server(identity.target.netbiosComputer, identity.product.serverType, identity.serverComment);
  else
    return { status: STATUS.SUCCESS, parameters: new LittleWriter(8).u16(NOT_SUPPORTED).u16(0).u16(0).u16(0).done() };
  return { status: STATUS.SUCCESS, ...table(rows, level > 0) };
}

/** Rows of fixed size, their comments behind them. */
function table(rows: readonly { readonly head: Buffer; readonly comment: string }[], comments: boolean) {
  const out = new LittleWriter(512);
  const size = (rows[0]?.head.length ?? 0) + (comments ? 4 : 0);
  let at = rows.length * size;
  const tail: Buffer[] = [];
  for (const { head, comment } of rows) {
    out.raw(head);
    if (!comments) continue;
    const bytes = Buffer.from(`${comment.slice(0, MAX_COMMENT)}\0`, 'latin1');
    out.u32(at);
    tail.push(bytes);
    at += bytes.length;
  }
  const parameters = new LittleWriter(8).u16(0).u16(0).u16(rows.length).u16(rows.length).done();
  return { parameters, data: Buffer.concat([out.done(), ...tail]) };
}
