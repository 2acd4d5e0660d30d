/** What else remote tools open: the registry, scheduled tasks, shutting down. Told in full; refused, but for tasks of administrators. */
import { NdrWriter } from './ndr.ts';
import { NO_HANDLE } from './rpc-handles.ts';
import { FAULT, WERR, type RpcCall, type RpcInterface, type RpcResult } from './rpc.types.ts';

const ROOTS: Readonly<Record<number, string>> = { 0: 'HKCR', 1: 'HKCU', 2: 'HKLM', 3: 'HKPD', 4: 'HKU' };
const ACCESS_DENIED = 0x8007_0005;

export const winreg: RpcInterface = {
  name: 'winreg',
  uuid: '338cd001-2244-31f1-aaaa-900038001003',
  version: 1,
  pipes: ['winreg'],
  call({ opnum, args, host, handles, tell }) {
    const root = ROOTS[opnum];
    if (root !== undefined) {
      tell(`Open${root}`, { techniques: ['T1012'] });
      if (!host.account.admin) return new NdrWriter().raw(NO_HANDLE).u32(WERR.accessDenied).done();
      return new NdrWriter().raw(handles.add(root)).u32(WERR.ok).done();
    }
    if (opnum === 5) {
      handles.close(args.handle());
      return new NdrWriter().raw(NO_HANDLE).u32(WERR.ok).done();
    }
    if (opnum === 15) {
      args.handle();
      const name = args.unicodeHead() ? args.string() : '';
      tell('OpenKey', {
        arguments: [name],
        techniques: [/\\?(?:SAM|SECURITY|Lsa)\b/i.test(name) ? 'T1003.002' : 'T1012'],
      });
      return new NdrWriter().raw(NO_HANDLE).u32(2).done();
    }
    if (opnum === 20) tell('SaveKey', { techniques: ['T1003.002'] });
    else tell(`opnum ${opnum}`, { techniques: ['T1012'] });
    return opnum > 35 ? { fault: FAULT.opRange } : new NdrWriter().u32(WERR.accessDenied).done();
  },
};

/** Tasks of the XML kind (MS-TSCH section 3.2.5), as atexec registers them. */
export const taskScheduler: RpcInterface = {
  name: 'tsch',
  uuid: '86d35949-83c9-4044-b424-db363231fd0c',
  version: 1,
  pipes: ['atsvc'],
  call(call) {
    const { opnum, args, host, tell } = call;
    if (opnum === 0) {
      tell('SchRpcHighestVersion');
      return new NdrWriter().u32(0x0001_0002).u32(0).done();
    }
    if (opnum === 1) return registerTask(call);
    const path = args.string();
    tell(opnum === 12 ? 'SchRpcRun' : opnum === 13 ? 'SchRpcDelete' : `opnum ${opnum}`, {
      arguments: [path],
      techniques: ['T1053.005'],
    });
    if (opnum > 19) return { fault: FAULT.opRange };
    const out = new NdrWriter();
    if (opnum === 12) out.raw(Buffer.alloc(16));
    return out.u32(host.account.admin ? 0 : ACCESS_DENIED).done();
  },
};

function registerTask({ args, host, tell }: RpcCall): RpcResult {
  const path = args.uniqueString() ?? '';
  const xml = args.string();
  if (!args.ok) return { fault: FAULT.badStub };
  const field = (name: string): string => new RegExp(`<${name}>([^<]{0,4000})</${name}>`).exec(xml)?.[1] ?? '';
  const line = unescape(`${field('Command')} ${field('Arguments')}`.trim());
  tell('SchRpcRegisterTask', { arguments: [path, line], techniques: ['T1053.005'] });
  if (host.account.admin && line !== '')
    host.session.report.command(line, { threat: { technique: { id: ['T1053.005'] } } });
  const out = new NdrWriter();
  if (!host.account.admin) return out.u32(0).u32(0).u32(ACCESS_DENIED).done();
  return out.uniqueString(path).flush().u32(0).u32(0).done();
}

function unescape(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}

/** Jobs of the old kind (`at`). */
export const atsvc: RpcInterface = {
  name: 'atsvc',
  uuid: '1ff70682-0a51-30e8-076d-740be8cee98b',
  version: 1,
  pipes: ['atsvc'],
  call({ opnum, tell }) {
    tell(opnum === 0 ? 'NetrJobAdd' : `opnum ${opnum}`, { techniques: ['T1053.002'] });
    if (opnum > 3) return { fault: FAULT.opRange };
    const out = new NdrWriter();
    if (opnum === 0) out.u32(0);
    return out.u32(WERR.notSupported).done();
  },
};

export const shutdown: RpcInterface = {
  name: 'initshutdown',
  uuid: '894de0c0-0d55-11d3-a322-00c04fa321a1',
  version: 1,
  pipes: ['initshutdown'],
  call({ opnum, tell }) {
    if (opnum > 2) return { fault: FAULT.opRange };
    tell(opnum === 1 ? 'Abort' : 'Init', { techniques: ['T1529'] });
    return new NdrWriter().u32(WERR.accessDenied).done();
  },
};
