/**
 * Procedures that make a Windows log in to a machine of the attacker's choice: the print spooler (PrinterBug, PrintNightmare), encrypting files (PetitPotam), DFS and
 * shadow copies. Answered as a machine that tried and could not; nothing is connected to.
 */
import { NdrWriter } from './ndr.ts';
import { NO_HANDLE } from './rpc-handles.ts';
import { FAULT, WERR, type RpcCall, type RpcInterface, type RpcResult } from './rpc.types.ts';

const FORCED = ['T1187'];

function coerced(call: RpcCall, operation: string, target: string, cve: readonly string[] = []): void {
  call.tell(operation, { arguments: [target], techniques: FORCED, cve });
  call.host.probe({
    action: 'coercion',
    message: `${operation} on \\pipe\\${call.pipe} to make this machine log in to ${target.slice(0, 256)}`,
    techniques: FORCED,
    cve,
  });
}

export const spoolss: RpcInterface = {
  name: 'spoolss',
  uuid: '12345678-1234-abcd-ef00-0123456789ab',
  version: 1,
  pipes: ['spoolss'],
  call(call) {
    const { opnum, args, handles, host, tell } = call;
    switch (opnum) {
      case 0:
        tell('EnumPrinters', { techniques: ['T1135'] });
        return new NdrWriter().u32(0).u32(0).u32(0).u32(WERR.ok).done();
      case 1:
      case 69: {
        const name = args.uniqueString() ?? '';
        tell('OpenPrinter', { arguments: [name], techniques: ['T1135'] });
        const isServer = /^\\\\[^\\]+$/.test(name) || name === '';
        return isServer
          ? new NdrWriter().raw(handles.add('printer')).u32(WERR.ok).done()
          : new NdrWriter().raw(NO_HANDLE).u32(WERR.invalidPrinterName).done();
      }
      case 9:
      case 89: {
        args.uniqueString();
        tell('AddPrinterDriver', { techniques: ['T1068', 'T1547.012'], cve: ['CVE-2021-34527', 'CVE-2021-1675'] });
        host.probe({
          action: 'printnightmare',
          message: 'added a printer driver from afar, as PrintNightmare does',
          techniques: ['T1068', 'T1547.012'],
          cve: ['CVE-2021-34527', 'CVE-2021-1675'],
        });
        return new NdrWriter().u32(WERR.accessDenied).done();
      }
      case 29:
        handles.close(args.handle());
        return new NdrWriter().raw(NO_HANDLE).u32(WERR.ok).done();
      case 62:
      case 65: {
        args.handle();
        args.u32();
        args.u32();
        coerced(
          call,
          opnum === 65 ? 'RemoteFindFirstPrinterChangeNotifyEx' : 'RemoteFindFirstPrinterChangeNotify',
          args.uniqueString() ?? '',
        );
        // The spooler tried to call back, and was not let in: 1722 is "the RPC server is unavailable".
        return new NdrWriter().u32(1722).done();
      }
      default:
        tell(`opnum ${opnum}`);
        return opnum > 116 ? { fault: FAULT.opRange } : new NdrWriter().u32(WERR.accessDenied).done();
    }
  },
};

const EFS_NAMES: readonly string[] = [
  'EfsRpcOpenFileRaw',
  'EfsRpcReadFileRaw',
  'EfsRpcWriteFileRaw',
  'EfsRpcCloseRaw',
  'EfsRpcEncryptFileSrv',
  'EfsRpcDecryptFileSrv',
  'EfsRpcQueryUsersOnFile',
  'EfsRpcQueryRecoveryAgents',
  'EfsRpcRemoveUsersFromFile',
  'EfsRpcAddUsersToFile',
  'EfsRpcSetFileEncryptionKey',
  'EfsRpcNotSupported',
  'EfsRpcFileKeyInfo',
  'EfsRpcDuplicateEncryptionInfoFile',
];

function efs(call: RpcCall): RpcResult {
  const { opnum, args, host } = call;
  const operation = EFS_NAMES[opnum];
  if (operation === undefined) return { fault: FAULT.opRange };
  if (opnum >= 1 && opnum <= 3) return { fault: FAULT.context };
  const path = args.string();
  coerced(call, operation, path, ['CVE-2021-36942']);
  const out = new NdrWriter();
  if (opnum === 0) out.raw(NO_HANDLE);
  else if (opnum === 6 || opnum === 7 || opnum === 12) out.u32(0);
  return out.u32(host.identity.product.family === 'windows' ? WERR.badNetPath : WERR.accessDenied).done();
}

export const efsrpc: RpcInterface = {
  name: 'efsrpc',
  uuid: 'df1941c5-fe89-4e79-bf10-463657acf44d',
  version: 1,
  pipes: ['efsrpc'],
  call: efs,
};

export const efsrpcOfLsass: RpcInterface = {
  name: 'efsrpc',
  uuid: 'c681d488-d850-11d0-8c52-00c04fd90f7e',
  version: 1,
  pipes: ['lsass', 'lsarpc', 'samr', 'netlogon'],
  call: efs,
};

export const netdfs: RpcInterface = {
  name: 'netdfs',
  uuid: '4fc742e0-4a10-11cf-8273-00aa004ae673',
  version: 3,
  pipes: ['netdfs'],
  call(call) {
    const { opnum, args, tell } = call;
    if (opnum === 0) {
      tell('DfsManagerGetVersion');
      return new NdrWriter().u32(4).done();
    }
    if (opnum !== 12 && opnum !== 13) {
      tell(`opnum ${opnum}`);
      return opnum > 22 ? { fault: FAULT.opRange } : new NdrWriter().u32(WERR.accessDenied).done();
    }
    coerced(call, opnum === 13 ? 'NetrDfsRemoveStdRoot' : 'NetrDfsAddStdRoot', args.string());
    return new NdrWriter().u32(WERR.accessDenied).done();
  },
};

export const fsrvp: RpcInterface = {
  name: 'fsrvp',
  uuid: 'a8e0653c-2744-4389-a61d-7373df8b2292',
  version: 1,
  pipes: ['fssagentrpc'],
  call(call) {
    const { opnum, args } = call;
    if (opnum > 12) return { fault: FAULT.opRange };
    if (opnum === 8 || opnum === 9)
      coerced(call, opnum === 8 ? 'IsPathSupported' : 'IsPathShadowCopied', args.string());
    else call.tell(`opnum ${opnum}`);
    return new NdrWriter().u32(0x8004_230c).done();
  },
};
