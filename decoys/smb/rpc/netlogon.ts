/** The netlogon channel (MS-NRPC) as far as ZeroLogon uses it: challenges are answered, no authentication succeeds, and the zeros are told. */
import { randomBytes } from 'node:crypto';
import { STATUS } from '../nt-status.ts';
import { NdrWriter } from './ndr.ts';
import { FAULT, type RpcCall, type RpcInterface, type RpcResult } from './rpc.types.ts';

const ZERO_LOGON = ['CVE-2020-1472'];

export const netlogon: RpcInterface = {
  name: 'netlogon',
  uuid: '12345678-1234-abcd-ef00-01234567cffb',
  version: 1,
  pipes: ['lsass', 'netlogon'],
  call(call) {
    switch (call.opnum) {
      case 4:
        return challenge(call);
      case 5:
      case 15:
      case 26:
        return authenticate(call);
      case 30:
        return setPassword(call);
      default:
        call.tell(`opnum ${call.opnum}`);
        return call.opnum > 58 ? { fault: FAULT.opRange } : new NdrWriter().u32(STATUS.ACCESS_DENIED).done();
    }
  },
};

function challenge(call: RpcCall): RpcResult {
  const { args } = call;
  args.uniqueString();
  const computer = args.string();
  const credential = args.raw(8);
  if (!args.ok) return { fault: FAULT.badStub };
  const zeros = isZero(credential);
  call.tell('ServerReqChallenge', {
    arguments: [computer],
    ...(zeros ? { techniques: ['T1210'], cve: ZERO_LOGON } : {}),
  });
  return new NdrWriter().raw(randomBytes(8)).u32(0).done();
}

function authenticate(call: RpcCall): RpcResult {
  const { args, opnum, host } = call;
  args.uniqueString();
  const account = args.string();
  args.u16();
  const computer = args.string();
  const credential = args.raw(8);
  if (!args.ok) return { fault: FAULT.badStub };
  const name = opnum === 26 ? 'ServerAuthenticate3' : opnum === 15 ? 'ServerAuthenticate2' : 'ServerAuthenticate';
  const zeros = isZero(credential);
  call.tell(name, { arguments: [account, computer], ...(zeros ? { techniques: ['T1210'], cve: ZERO_LOGON } : {}) });
  if (zeros)
    host.probe({
      action: 'zerologon-exploit',
      message: `${name} as ${account.slice(0, 64)} with a credential of zeros, as ZeroLogon does`,
      techniques: ['T1210', 'T1068'],
      cve: ZERO_LOGON,
    });
  const out = new NdrWriter().raw(Buffer.alloc(8));
  if (opnum !== 5) out.u32(0x212f_ffff);
  if (opnum === 26) out.u32(0);
  return out.u32(STATUS.ACCESS_DENIED).done();
}

function setPassword(call: RpcCall): RpcResult {
  call.args.uniqueString();
  const account = call.args.string();
  call.tell('ServerPasswordSet2', { arguments: [account], techniques: ['T1098'], cve: ZERO_LOGON });
  return new NdrWriter().raw(Buffer.alloc(12)).u32(STATUS.ACCESS_DENIED).done();
}

function isZero(bytes: Buffer): boolean {
  return bytes.length > 0 && bytes.every((byte) => byte === 0);
}
