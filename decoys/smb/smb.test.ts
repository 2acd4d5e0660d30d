import { afterEach, describe, expect, it } from 'vitest';
import type { SensorEvent } from '@netsentinel/contracts/event';
import { rawSmb1 } from './smb1-client.fixture.ts';
import type { PlayedService } from '../service/session.fixture.ts';
import { STATUS } from './nt-status.ts';
import { fileId, framed, negotiateContext, RawSmb2, smb1Message } from './smb-client.fixture.ts';
import { loggedIn, PASSWORD, playSmb, transportOf, USER } from './smb-play.fixture.ts';
import { LittleWriter } from './wire.ts';

let service: PlayedService;
afterEach(async () => {
  await service.close();
  if (service.failures.length > 0) throw new Error(service.failures.join('; '));
});

const of = (action: string): SensorEvent[] => service.events.filter(({ event }) => event.action === `smb-${action}`);

describe('a Samba persona', () => {
  it('keeps what is written, by hash, and gives it back', async () => {
    service = playSmb('debian-12-server');
    const smb = await loggedIn(service, { share: 'projects' });
    const made = await smb.create('tool.exe', { disposition: 2, options: 0x40 });
    const id = fileId(made);
    await smb.write(id, 0, Buffer.from('MZ payload'));
    expect((await smb.read(id, 3, 100))?.body.subarray(16).toString()).toBe('payload');
    await smb.close(id);
    await smb.close(fileId(await smb.create('tool.exe', { access: 0x1_0080, options: 0x1000 })));
    expect([...service.blobs.values()].map(String)).toEqual(['MZ payload']);
    const upload = of('file')[0];
    expect(upload).toMatchObject({
      file: { size: 10 },
      tags: ['upload'],
      netsentinel: { smb: { share: 'projects' }, upload: { bytes: 10 } },
    });
    expect(upload?.file?.path).toMatch(/^\\\\[^\\]+\\projects\\tool\.exe$/);
    expect(of('delete')).toHaveLength(1);
  });

  it('keeps what was written also where the connection breaks off', async () => {
    service = playSmb('debian-12-server');
    const client = service.connect();
    const smb = new RawSmb2(transportOf(client));
    await smb.negotiate([0x0302]);
    await smb.login(USER, PASSWORD);
    await smb.tree('public');
    await smb.write(fileId(await smb.create('dropped.exe', { disposition: 5 })), 0, Buffer.from('MZ unfinished'));
    expect(of('file')).toEqual([]);
    await client.destroy();
    await client.settle();
    expect([...service.blobs.values()].map(String)).toEqual(['MZ unfinished']);
    expect(of('file')).toHaveLength(1);
  });

  it('tells who tried to log in, with an answer that can be cracked', async () => {
    service = playSmb('debian-12-server');
    const smb = new RawSmb2(transportOf(service.connect()));
    await smb.negotiate([0x0202, 0x0210]);
    const name = 'deploy';
    await smb.login(name, 'guessed', 'CORP');
    expect(of('client')[0]).toMatchObject({ netsentinel: { smb: { dialect: '2.1', dialects: ['2.0.2', '2.1'] } } });
    expect(of('login')[0]).toMatchObject({
      user: { name, domain: 'CORP' },
      netsentinel: {
        credential: { method: 'ntlmv2' },
        ntlm: { workstation: 'WS01', target: 'cifs/server', version: '10.0.19041' },
      },
    });
    expect(of('login')[0]?.netsentinel?.credential?.response).toMatch(/^deploy::CORP:[0-9a-f]{16}:[0-9a-f]{32}:0101/);
  });

  it('lets names it does not know in as guest, who may not see everything', async () => {
    service = playSmb('debian-12-server');
    const smb = await loggedIn(service, { user: 'nosuchuser', password: 'x' });
    expect((await smb.tree('public'))?.status).toBe(0);
    expect((await smb.tree('projects'))?.status).toBe(STATUS.ACCESS_DENIED);
    expect((await smb.tree('nosuchshare'))?.status).toBe(STATUS.BAD_NETWORK_NAME);
    expect(of('session').map(({ event, netsentinel }) => [netsentinel?.smb?.share, event.outcome])).toEqual([
      ['public', 'success'],
      ['projects', 'failure'],
      ['nosuchshare', 'failure'],
    ]);
    expect(of('login').map(({ event, user }) => [user?.name, event.outcome])).toEqual([
      ['nosuchuser', 'failure'],
      ['nobody', 'success'],
    ]);
  });

  it('has one set of files for each attacker, there again when they come back', async () => {
    service = playSmb('debian-12-server');
    const first = await loggedIn(service, { share: 'public' });
    await first.close(fileId(await first.create('mine', { disposition: 2, options: 1 })));
    first.transport.close();
    const again = await loggedIn(service, { share: 'public' });
    expect((await again.create('mine', { options: 1 }))?.status).toBe(0);
    const other = new RawSmb2(transportOf(service.connect({ ip: '192.0.2.77' })));
    await other.negotiate([0x0302]);
    await other.login(USER, PASSWORD);
    await other.tree('public');
    expect((await other.create('mine', { options: 1 }))?.status).toBe(STATUS.OBJECT_NAME_NOT_FOUND);
  });

  it('refuses to write where the share is read only, and fills no more than it may', async () => {
    service = playSmb('debian-12-server');
    const smb = await loggedIn(service, { share: 'backup' });
    expect((await smb.create('x', { disposition: 2 }))?.status).toBe(STATUS.ACCESS_DENIED);
    await smb.tree('public');
    const id = fileId(await smb.create('big', { disposition: 2 }));
    const piece = Buffer.alloc(1024 * 1024, 1);
    const said: (number | undefined)[] = [];
    for (let i = 0; i < 10; i++) said.push((await smb.write(id, i * piece.length, piece))?.status);
    expect(said.at(-1)).toBe(STATUS.DISK_FULL);
    expect(said[0]).toBe(0);
  });

  it('speaks SMB1 from negotiation to a listed folder', async () => {
    service = playSmb('debian-12-server');
    const smb = rawSmb1(service);
    const negotiated = await smb.negotiate();
    expect(negotiated.readUInt16LE(33)).toBe(1);
    const uid = await smb.login('nosuchuser', 'x');
    const tid = await smb.tree(uid, 'public');
    const found = await smb.findFirst(uid, tid, '\\*');
    expect(found.toString('utf16le')).toContain('readme.txt');
    expect(of('list')).toHaveLength(1);
    expect(of('client').at(-1)).toMatchObject({ netsentinel: { client: { software: 'Test OS; Test client' } } });
  });

  it('answers probes for MS17-010 and DoublePulsar as what it is, and tells of them', async () => {
    service = playSmb('debian-12-server');
    const smb = rawSmb1(service);
    await smb.negotiate();
    const uid = await smb.login('', '');
    const tid = await smb.tree(uid, 'IPC$');
    expect((await smb.peek(uid, tid)).readUInt32LE(5)).toBe(STATUS.INVALID_HANDLE);
    const pulsar = await smb.doublePulsar(uid, tid, 0x0000_0023, Buffer.alloc(200, 1));
    expect(pulsar.readUInt16LE(30)).toBe(65);
    expect(of('eternalblue-probe')[0]).toMatchObject({
      threat: { technique: { id: ['T1595.002', 'T1046'] } },
      netsentinel: { smb: { cve: expect.arrayContaining(['CVE-2017-0144']) } },
    });
    expect(of('doublepulsar-probe')).toHaveLength(1);
    expect(of('file')[0]).toMatchObject({ netsentinel: { smb: { operation: 'doublepulsar-payload' } } });
  });

  it('ends what is no SMB, and announces no more than it takes', async () => {
    service = playSmb('debian-12-server');
    const web = service.connect();
    await web.send('GET / HTTP/1.0\r\n\r\n');
    expect([web.closed, web.received.length]).toEqual([true, 0]);
    const huge = service.connect();
    await huge.send(Buffer.of(0, 0xff, 0xff, 0xff));
    expect(huge.closed).toBe(true);
    const netbios = service.connect();
    await netbios.send(Buffer.concat([Buffer.of(0x81, 0, 0, 68), Buffer.alloc(68)]));
    expect(netbios.received.toString('hex')).toBe('82000000');
  });
});

describe('a Windows persona', () => {
  const build = { smb1: true, eternalBlue: true };

  it('looks unpatched where it is said to be', async () => {
    service = playSmb('windows-2019-fileserver', build);
    const smb = rawSmb1(service);
    await smb.negotiate();
    const uid = await smb.login('', '');
    const tid = await smb.tree(uid, 'IPC$');
    expect((await smb.peek(uid, tid)).readUInt32LE(5)).toBe(STATUS.INSUFF_SERVER_RESOURCES);
  });

  it('shows its drives to administrators alone', async () => {
    service = playSmb('windows-2019-fileserver');
    const user = await loggedIn(service, { user: USER });
    expect((await user.tree('C$'))?.status).toBe(STATUS.ACCESS_DENIED);
    const admin = await loggedIn(service, { user: 'administrator', share: 'C$' });
    const id = fileId(await admin.create('windows\\system32\\CMD.EXE', { access: 0x0012_0089 }));
    expect((await admin.read(id, 0, 2))?.body.subarray(16).toString()).toBe('MZ');
    expect((await admin.create('..\\x'))?.status).toBe(STATUS.OBJECT_PATH_SYNTAX_BAD);
    expect(of('session').at(-1)?.threat?.technique?.id).toEqual(['T1021.002']);
  });

  it('refuses nobody and strangers', async () => {
    service = playSmb('windows-2019-fileserver');
    const smb = new RawSmb2(transportOf(service.connect()));
    await smb.negotiate([0x0302]);
    expect(await smb.login('', '')).toBeUndefined();
    expect((await smb.tree('Public'))?.status).toBe(STATUS.ACCESS_DENIED);
    await smb.tree('IPC$');
    expect((await smb.create('samr'))?.status).toBe(STATUS.ACCESS_DENIED);
    expect(await smb.login('nosuchuser', 'x')).toBe(STATUS.LOGON_FAILURE);
    expect(of('login').map(({ event }) => event.outcome)).toEqual(['success', 'failure']);
  });

  it('agrees on 3.1.1, ciphers and names its forest', async () => {
    service = playSmb('windows-2019-fileserver');
    const smb = new RawSmb2(transportOf(service.connect()));
    const preauth = negotiateContext(1, Buffer.concat([Buffer.from('010020000100', 'hex'), Buffer.alloc(32, 5)]));
    const compression = negotiateContext(3, Buffer.from('010000000000000001000000', 'hex'));
    const answer = await smb.negotiate([0x0311], [preauth, compression]);
    expect(answer?.body.readUInt16LE(4)).toBe(0x0311);
    expect(of('smbghost-probe')[0]).toMatchObject({ netsentinel: { smb: { cve: ['CVE-2020-0796'] } } });
  });
});

it('answers a chain of requests in one message', async () => {
  service = playSmb('debian-12-server');
  const smb = await loggedIn(service, { share: 'public' });
  const name = Buffer.from('readme.txt', 'utf16le');
  const body = new LittleWriter(128).u16(57).u8(0).u8(0).u32(2).zeros(16).u32(0x0012_0089).u32(0).u32(7).u32(1).u32(0);
  body.u16(120).u16(name.length).u32(0).u32(0).raw(name).align(8);
  const create = Buffer.concat([smb.header(5, { next: 64 + body.length }), body.done()]);
  const close = Buffer.concat([
    smb.header(6, { flags: 4 }),
    new LittleWriter(24).u16(24).u16(0).u32(0).raw(Buffer.alloc(16, 0xff)).done(),
  ]);
  smb.transport.send(Buffer.concat([create, close]));
  const answer = (await smb.transport.receive())!;
  const second = answer.subarray(answer.readUInt32LE(20));
  expect([answer.readUInt32LE(8), second.readUInt32LE(8), second.readUInt16LE(12)]).toEqual([0, 0, 6]);
});

it('takes messages byte by byte', async () => {
  service = playSmb('debian-12-server');
  const client = service.connect();
  const message = framed(smb1Message(0x72, Buffer.alloc(0), Buffer.from('\x02NT LM 0.12\0', 'latin1')));
  for (const byte of message.subarray(0, -1)) await client.send(Buffer.of(byte));
  expect(client.received.length).toBe(0);
  await client.send(message.subarray(-1));
  expect(client.received.length).toBeGreaterThan(60);
});
