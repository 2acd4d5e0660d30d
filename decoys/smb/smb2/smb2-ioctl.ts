/** Control codes (MS-SMB2 section 2.2.31): pipes are spoken to by them, the negotiation is confirmed by one, the rest is declined. */
import { STATUS } from '../nt-status.ts';
import { LittleReader, LittleWriter } from '../wire.ts';
import type { Handled, Request, Smb2Peer } from './smb2.types.ts';
import { failed, HEADER_BYTES, replied } from './smb2-header.ts';
import { MAX_TRANSFER } from './smb2-negotiate.ts';
import type { Smb2Open } from './smb2-session.ts';

const CODE = {
  dfsReferrals: 0x0006_0194,
  dfsReferralsEx: 0x0006_01b0,
  pipePeek: 0x0011_400c,
  pipeWait: 0x0011_0018,
  pipeTransceive: 0x0011_c017,
  resumeKey: 0x0014_0078,
  copyChunk: 0x0014_40f2,
  snapshots: 0x0014_4064,
  networkInterfaces: 0x0014_01fc,
  validateNegotiate: 0x0014_0204,
  getReparsePoint: 0x0009_00a8,
  setSparse: 0x0009_00c4,
  objectId: 0x0009_00c0,
} as const;

const NO_FILE = 0xffff_ffff_ffff_ffffn;

export function ioctl(
  request: Request,
  connection: Smb2Peer,
  find: (id: readonly [bigint, bigint]) => Smb2Open | undefined,
): Handled {
  const { body } = request;
  const size = body.u16();
  body.u16();
  const code = body.u32();
  const id = [body.u64(), body.u64()] as const;
  const [inputAt, inputLength] = [body.u32(), body.u32()];
  body.skip(12);
  const room = body.u32();
  const flags = body.u32();
  const input = body.slice(inputAt, inputLength);
  if (!body.ok || size !== 57 || input === undefined || room > MAX_TRANSFER) return failed(STATUS.INVALID_PARAMETER);
  if (flags !== 1) return failed(STATUS.NOT_SUPPORTED);
  const answer = (output: Buffer, status = 0): Handled => {
    const out = new LittleWriter(56 + output.length).u16(49).u16(0).u32(code).u64(id[0]).u64(id[1]);
    out
      .u32(HEADER_BYTES + 48)
      .u32(0)
      .u32(HEADER_BYTES + 48)
      .u32(output.length)
      .u32(0)
      .u32(0)
      .raw(output);
    return replied(out.done(), status);
  };
  if (code === CODE.dfsReferrals || code === CODE.dfsReferralsEx)
    return failed(input.length === 0 ? STATUS.INVALID_PARAMETER : STATUS.NOT_FOUND);
  if (code === CODE.validateNegotiate) {
    const { agreed, client } = connection;
    const reader = new LittleReader(input);
    const capabilities = reader.u32();
    const guid = reader.raw(16);
    if (agreed === undefined || capabilities !== agreed.clientCapabilities || !guid.equals(agreed.clientGuid))
      return failed(STATUS.ACCESS_DENIED);
    const { identity } = client;
    const out = new LittleWriter(24).u32(agreed.capabilities).raw(identity.guid);
    return answer(
      out
        .u16(identity.product.signingRequired ? 3 : 1)
        .u16(agreed.dialect)
        .done(),
    );
  }
  if (code === CODE.pipeWait)
    return failed(input.length === 0 ? STATUS.INVALID_PARAMETER : STATUS.OBJECT_NAME_NOT_FOUND);
  if (code === CODE.networkInterfaces)
    return failed(id[1] === NO_FILE ? STATUS.NOT_SUPPORTED : STATUS.INVALID_PARAMETER);
  const found = find(id);
  if (found === undefined) return failed(STATUS.FILE_CLOSED);
  const { open } = found;
  if (open.kind === 'pipe') {
    if (code === CODE.pipePeek) return answer(Buffer.alloc(16));
    if (code !== CODE.pipeTransceive) return failed(STATUS.NOT_SUPPORTED);
    const status = open.write(input);
    if (status !== STATUS.SUCCESS) return failed(status);
    const read = open.read(room);
    return read === undefined ? failed(STATUS.PIPE_DISCONNECTED) : answer(read.data, read.status);
  }
  const isSamba = connection.client.identity.product.family === 'samba';
  switch (code) {
    case CODE.pipeTransceive:
      return failed(STATUS.NOT_SUPPORTED);
    case CODE.snapshots:
      if (isSamba) return failed(STATUS.INVALID_DEVICE_REQUEST);
      return room < 16
        ? failed(STATUS.INVALID_PARAMETER)
        : answer(new LittleWriter(16).u32(0).u32(0).u32(0).u32(0).done().subarray(0, 16));
    case CODE.resumeKey: {
      const key = new LittleWriter(32).u64(found.persistent).u64(found.volatile).zeros(16);
      return answer(key.done());
    }
    case CODE.getReparsePoint:
      return failed(STATUS.NOT_A_REPARSE_POINT);
    case CODE.objectId:
      return answer(
        new LittleWriter(64)
          .u64(open.facts()?.id ?? 0n)
          .u64(0)
          .zeros(48)
          .done(),
      );
    case CODE.setSparse:
      return answer(Buffer.alloc(0));
    default:
      return failed(STATUS.INVALID_DEVICE_REQUEST);
  }
}
