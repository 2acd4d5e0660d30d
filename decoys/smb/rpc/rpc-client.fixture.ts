/** Remote procedure calls for tests: opens a pipe of the decoy, binds, and calls with stubs as they are. */
import { fileId, type RawSmb2 } from '../smb-client.fixture.ts';
import { LittleWriter } from '../wire.ts';

const NDR = '045d888aeb1cc9119fe808002b10486002000000';

function pdu(type: number, body: Uint8Array, flags = 3): Buffer {
  return Buffer.concat([
    new LittleWriter(16)
      .u8(5)
      .u8(0)
      .u8(type)
      .u8(flags)
      .u32(0x10)
      .u16(16 + body.length)
      .u16(0)
      .u32(1)
      .done(),
    body,
  ]);
}

function bind(uuid: string, version: number): Buffer {
  const [a, b, c, d, e] = uuid.split('-') as [string, string, string, string, string];
  const flip = (hex: string): Buffer => Buffer.from(hex, 'hex').reverse();
  const id = Buffer.concat([flip(a), flip(b), flip(c), Buffer.from(d + e, 'hex')]);
  const out = new LittleWriter(72).u16(4280).u16(4280).u32(0).u32(1).u16(0).u16(1).raw(id).u32(version);
  return pdu(11, out.raw(Buffer.from(NDR, 'hex')).done());
}

export const UUIDS = {
  srvsvc: ['4b324fc8-1670-01d3-1278-5a47bf6ee188', 3],
  samr: ['12345778-1234-abcd-ef00-0123456789ac', 1],
  svcctl: ['367abb81-9844-35f1-ad32-98f038001003', 2],
  spoolss: ['12345678-1234-abcd-ef00-0123456789ab', 1],
  netlogon: ['12345678-1234-abcd-ef00-01234567cffb', 1],
  lsarpc: ['c681d488-d850-11d0-8c52-00c04fd90f7e', 1],
  atsvc: ['86d35949-83c9-4044-b424-db363231fd0c', 1],
  wkssvc: ['6bffd098-a112-3610-9833-46c3f87e345a', 1],
  winreg: ['338cd001-2244-31f1-aaaa-900038001003', 1],
  netdfs: ['4fc742e0-4a10-11cf-8273-00aa004ae673', 3],
  lsa: ['12345778-1234-abcd-ef00-0123456789ab', 0],
  dssetup: ['3919286a-b10c-11d0-9ba8-00c04fd92ef5', 0],
  jobs: ['1ff70682-0a51-30e8-076d-740be8cee98b', 1],
  initshutdown: ['894de0c0-0d55-11d3-a322-00c04fa321a1', 1],
  fssagentrpc: ['a8e0653c-2744-4389-a61d-7373df8b2292', 1],
} as const;

/** Opens a pipe, binds, and gives a function that calls. */
export async function pipe(
  smb: RawSmb2,
  name: keyof typeof UUIDS,
): Promise<(opnum: number, stub?: Buffer) => Promise<Buffer>> {
  await smb.tree('IPC$');
  const pipes: Partial<Record<keyof typeof UUIDS, string>> = { lsa: 'lsarpc', dssetup: 'lsarpc', jobs: 'atsvc' };
  const id = fileId(await smb.create(pipes[name] ?? name));
  const [uuid, version] = UUIDS[name];
  const ack = await smb.ioctl(id, 0x0011_c017, bind(uuid, version));
  if (ack?.body.readUInt8(48 + 2) !== 12) throw new Error(`${name} was not bound`);
  return async (opnum, stub = Buffer.alloc(0)) => {
    const head = new LittleWriter(8).u32(stub.length).u16(0).u16(opnum).done();
    const answer = await smb.ioctl(id, 0x0011_c017, pdu(0, Buffer.concat([head, stub])));
    return Buffer.from(answer!.body.subarray(48 + 24));
  };
}
