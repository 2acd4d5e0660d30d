/**
 * The service control manager (MS-SCMR), as psexec and its kin use it: administrators may create and start services; what they would run is told, nothing runs, and the
 * pipes that such a service makes are there afterwards.
 */
import { NdrWriter } from './ndr.ts';
import { NO_HANDLE } from './rpc-handles.ts';
import { FAULT, WERR, type RpcCall, type RpcInterface, type RpcResult } from './rpc.types.ts';

const CONNECT_AND_ENUMERATE = 0x0002_0005;
const MAX_ACCESS = 0x0200_0000;
const RUNNING = 4;
const STOPPED = 1;
/** Services that every Windows has, as far as tools open them by name. */
const KNOWN: ReadonlyMap<string, string> = new Map([
  ['remoteregistry', 'C:\\Windows\\system32\\svchost.exe -k localService'],
  ['spooler', 'C:\\Windows\\System32\\spoolsv.exe'],
  ['lanmanserver', 'C:\\Windows\\system32\\svchost.exe -k netsvcs'],
  ['schedule', 'C:\\Windows\\system32\\svchost.exe -k netsvcs'],
  ['netlogon', 'C:\\Windows\\system32\\lsass.exe'],
  ['eventlog', 'C:\\Windows\\System32\\svchost.exe -k LocalServiceNetworkRestricted'],
  ['windefend', '"C:\\ProgramData\\Microsoft\\Windows Defender\\platform\\MsMpEng.exe"'],
]);
/** What remote shells of this kind are spoken to by. */
const SHELL_PIPES = ['remcom_communicaton', 'psexesvc', 'paexec', 'csexecsvc'];

interface Service {
  readonly kind: 'service';
  readonly name: string;
  readonly path: string;
  readonly own: boolean;
  running: boolean;
}
type Handle = { readonly kind: 'manager' } | Service;

export const svcctl: RpcInterface = {
  name: 'svcctl',
  uuid: '367abb81-9844-35f1-ad32-98f038001003',
  version: 2,
  pipes: ['ntsvcs', 'svcctl'],
  call(call) {
    const { opnum, args, handles } = call;
    if (opnum === 15 || opnum === 27) return openManager(call);
    const handle = handles.get(args.handle()) as Handle | undefined;
    if (opnum === 0) {
      return new NdrWriter()
        .raw(NO_HANDLE)
        .u32(handle === undefined ? WERR.invalidHandle : WERR.ok)
        .done();
    }
    if (handle === undefined) return { fault: FAULT.context };
    switch (opnum) {
      case 1:
        return control(call, handle);
      case 2:
        call.tell('DeleteService', {
          arguments: [handle.kind === 'service' ? handle.name : ''],
          techniques: ['T1070'],
        });
        return new NdrWriter().u32(WERR.ok).done();
      case 6:
        return status(handle, WERR.ok);
      case 12:
      case 24:
        return create(call, opnum === 24);
      case 14:
        call.tell('EnumServicesStatus', { techniques: ['T1007'] });
        return new NdrWriter().u32(0).u32(0).u32(0).u32(0).u32(WERR.ok).done();
      case 16:
      case 28:
        return open(call, opnum === 28);
      case 17:
        return config(call, handle);
      case 19:
      case 31:
        return start(call, handle);
      default:
        call.tell(`opnum ${opnum}`);
        return opnum > 64 ? { fault: FAULT.opRange } : new NdrWriter().u32(WERR.accessDenied).done();
    }
  },
};

function openManager({ args, host, handles, tell, opnum }: RpcCall): RpcResult {
  const text = (): string | undefined => (opnum === 27 ? args.uniqueAnsiString() : args.uniqueString());
  text();
  text();
  const access = args.u32();
  tell('OpenSCManager', { techniques: ['T1569.002'] });
  const harmless = (access & ~CONNECT_AND_ENUMERATE & ~MAX_ACCESS) === 0 && host.identity.product.family === 'samba';
  if (!host.account.admin && !(harmless && !host.account.anonymous && !host.account.guest))
    return new NdrWriter().raw(NO_HANDLE).u32(WERR.accessDenied).done();
  return new NdrWriter()
    .raw(handles.add({ kind: 'manager' } satisfies Handle))
    .u32(WERR.ok)
    .done();
}

function create({ args, host, handles, tell }: RpcCall, ansi: boolean): RpcResult {
  const name = ansi ? args.ansiString() : args.string();
  const display = ansi ? args.uniqueAnsiString() : args.uniqueString();
  args.u32();
  args.u32();
  args.u32();
  args.u32();
  const path = ansi ? args.ansiString() : args.string();
  if (!args.ok) return { fault: FAULT.badStub };
  tell('CreateService', { arguments: [name, path, display ?? ''], techniques: ['T1543.003', 'T1569.002'] });
  const out = new NdrWriter().u32(0);
  if (!host.account.admin) return out.raw(NO_HANDLE).u32(WERR.accessDenied).done();
  const service: Service = {
    kind: 'service',
    name: name.slice(0, 256),
    path: path.slice(0, 4096),
    own: true,
    running: false,
  };
  return out.raw(handles.add(service)).u32(WERR.ok).done();
}

function open({ args, handles, tell }: RpcCall, ansi: boolean): RpcResult {
  const name = ansi ? args.ansiString() : args.string();
  if (!args.ok) return { fault: FAULT.badStub };
  tell('OpenService', { arguments: [name], techniques: ['T1007'] });
  const path = KNOWN.get(name.toLowerCase());
  if (path === undefined) return new NdrWriter().raw(NO_HANDLE).u32(WERR.noSuchService).done();
  const running = name.toLowerCase() !== 'remoteregistry';
  return new NdrWriter()
    .raw(handles.add({ kind: 'service', name, path, own: false, running } satisfies Handle))
    .u32(WERR.ok)
    .done();
}

/** A command interpreter is no service: the manager waits for it and gives up, and by then it has run. */
function start({ host, tell }: RpcCall, handle: Handle): RpcResult {
  if (handle.kind !== 'service') return { fault: FAULT.context };
  tell('StartService', { arguments: [handle.name, handle.path], techniques: ['T1569.002'] });
  if (handle.own) {
    const { report } = host.session;
    const isCommand = /%comspec%|cmd(?:\.exe)?\s|powershell/i.test(handle.path);
    if (isCommand) report.command(handle.path, { threat: { technique: { id: ['T1569.002', 'T1059.003'] } } });
    else report.execute(handle.path);
    if (isCommand) return new NdrWriter().u32(WERR.serviceTimeout).done();
    for (const pipe of [...SHELL_PIPES, handle.name.toLowerCase()]) host.addPipe(pipe);
  }
  handle.running = true;
  return new NdrWriter().u32(WERR.ok).done();
}

function control({ args, tell }: RpcCall, handle: Handle): RpcResult {
  const code = args.u32();
  if (handle.kind !== 'service') return { fault: FAULT.context };
  tell('ControlService', { arguments: [handle.name, String(code)], techniques: code === 1 ? ['T1489'] : ['T1007'] });
  if (code === 1) handle.running = false;
  return status(handle, WERR.ok);
}

function status(handle: Handle, error: number): RpcResult {
  const state = handle.kind === 'service' && handle.running ? RUNNING : STOPPED;
  return new NdrWriter()
    .u32(0x10)
    .u32(state)
    .u32(state === RUNNING ? 5 : 0)
    .u32(0)
    .u32(0)
    .u32(0)
    .u32(0)
    .u32(error)
    .done();
}

function config({ args, tell }: RpcCall, handle: Handle): RpcResult {
  const room = args.u32();
  if (handle.kind !== 'service') return { fault: FAULT.context };
  tell('QueryServiceConfig', { arguments: [handle.name], techniques: ['T1007'] });
  const out = new NdrWriter();
  const needed = 36 + 2 * (handle.path.length + handle.name.length + 32);
  const write = (full: boolean): void => {
    out
      .u32(0x10)
      .u32(full ? 3 : 0)
      .u32(full ? 1 : 0);
    for (const text of full ? [handle.path, '', undefined, '', 'LocalSystem', handle.name] : []) {
      if (text === undefined) out.u32(0);
      else out.uniqueString(text);
    }
    if (!full) out.u32(0).u32(0).u32(0).u32(0).u32(0).u32(0);
    out.flush();
  };
  write(room >= needed);
  return out
    .u32(needed)
    .u32(room >= needed ? WERR.ok : WERR.insufficientBuffer)
    .done();
}
