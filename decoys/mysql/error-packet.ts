/** An error as the client is sent it. */
import type { SqlFault } from '../sql/sql-fault.ts';
import { PayloadWriter } from './packets.ts';

export function errorPacket({ details, message }: SqlFault, withState = true): Buffer {
  const writer = new PayloadWriter().u8(0xff).u16(details.code ?? 1105);
  if (withState) writer.bytes(Buffer.from(`#${details.state}`, 'latin1'));
  return writer.bytes(Buffer.from(message.slice(0, 512), 'utf8')).done();
}
