/** What a remote interface is given and gives back. */
import type { ServiceSession } from '../../service/service.types.ts';
import type { Account, SmbIdentity } from '../smb.types.ts';
import type { Probe, RemoteCall } from '../smb.telemetry.ts';
import type { NdrReader } from './ndr.ts';
import type { RpcHandles } from './rpc-handles.ts';

export interface RpcHost {
  readonly identity: SmbIdentity;
  readonly account: Account;
  readonly session: ServiceSession;
  call(what: RemoteCall): void;
  probe(what: Probe): void;
  /** Pipes beside those of the system: services that the attacker has installed make some. */
  hasPipe(name: string): boolean;
  addPipe(name: string): void;
}

export interface RpcCall {
  readonly host: RpcHost;
  readonly pipe: string;
  readonly opnum: number;
  readonly args: NdrReader;
  /** Of this pipe alone. */
  readonly handles: RpcHandles;
  /** Tells the platform which procedure that was, with what says more than its name. */
  readonly tell: (operation: string, what?: Omit<RemoteCall, 'pipe' | 'operation'>) => void;
}

export type RpcResult = Buffer | { readonly fault: number };

export interface RpcInterface {
  readonly name: string;
  /** As text, in lower case. */
  readonly uuid: string;
  readonly version: number;
  /** Pipes on which it is found; the first is named in the answer to a bind. */
  readonly pipes: readonly string[];
  call(call: RpcCall): RpcResult;
}

export const FAULT = {
  accessDenied: 5,
  badStub: 0x0000_06f7,
  opRange: 0x1c01_0002,
  unknownInterface: 0x1c01_0003,
  context: 0x1c00_001a,
} as const;

/** Windows error codes (MS-ERREF section 2.2) that remote procedures answer with. */
export const WERR = {
  ok: 0,
  accessDenied: 5,
  invalidHandle: 6,
  badNetPath: 53,
  notSupported: 50,
  invalidParameter: 87,
  callNotImplemented: 120,
  insufficientBuffer: 122,
  unknownLevel: 124,
  moreData: 234,
  serviceTimeout: 1053,
  noSuchService: 1060,
  serviceExists: 1073,
  nameNotFound: 2310,
  invalidPrinterName: 1801,
} as const;
