/** The first packet of a connection, which has no type byte: a version and parameters, or a wish for encryption, or to cancel what another does. */
import type { SqlFault } from '../sql/sql-fault.ts';
import { BodyReader } from './messages.ts';
import { fault } from './pg-faults.ts';

export type StartupPacket =
  | { readonly kind: 'ssl' }
  | { readonly kind: 'gss' }
  | { readonly kind: 'cancel'; readonly pid: number; readonly secret: number }
  /** Of protocol 2 or older: they are answered in its way, without a length. */
  | { readonly kind: 'old'; readonly text: string }
  | { readonly kind: 'refused'; readonly fault: SqlFault; readonly reason: string }
  | {
      readonly kind: 'startup';
      readonly minor: number;
      readonly user: string;
      readonly parameters: ReadonlyMap<string, string>;
    };

const CODES = { ssl: 80_877_103, gss: 80_877_104, cancel: 80_877_102 };
const MAX_PARAMETERS = 64;

export function readStartup(body: Buffer): StartupPacket {
  const reader = new BodyReader(body);
  const code = reader.i32();
  if (code === CODES.ssl) return { kind: 'ssl' };
  if (code === CODES.gss) return { kind: 'gss' };
  if (code === CODES.cancel) return { kind: 'cancel', pid: reader.i32(), secret: reader.i32() };
  const [major, minor] = [code >>> 16, code & 0xffff];
  const unsupported = `unsupported frontend protocol ${major}.${minor}: server supports 3.0 to 3.0`;
  if (major < 3) return { kind: 'old', text: `FATAL:  ${unsupported}\n` };
  if (major !== 3) return refused('0A000', unsupported, 2220, 'unsupported protocol');
  const parameters = new Map<string, string>();
  while (reader.left > 1 && parameters.size < MAX_PARAMETERS) {
    const name = reader.text();
    if (reader.short) break;
    parameters.set(name, reader.text());
  }
  if (reader.short || reader.left !== 1) {
    const message = 'invalid startup packet layout: expected terminator as last byte';
    return refused('08P01', message, 2332, 'bad startup');
  }
  const user = parameters.get('user') ?? '';
  if (user === '') return refused('28000', 'no PostgreSQL user name specified in startup packet', 2349, 'no user');
  return { kind: 'startup', minor, user, parameters };
}

function refused(state: string, message: string, line: number, reason: string): StartupPacket {
  const where = ['ProcessStartupPacket', 'postmaster.c', line] as const;
  return { kind: 'refused', fault: fault(state, message, { severity: 'FATAL', where }), reason };
}
