/** What enumeration tools ask, one call after the other, of both products. */
import { afterAll, describe, expect, it } from 'vitest';
import { KNOWN_USER, loggedIn, PASSWORD, playSmb } from '../smb-play.fixture.ts';
import { sidBytes } from '../files/security-descriptor.ts';
import { NdrWriter } from './ndr.ts';
import { pipe, type UUIDS } from './rpc-client.fixture.ts';

const services = {
  samba: playSmb('debian-12-server'),
  windows: playSmb('windows-2019-fileserver'),
} as const;
type Product = keyof typeof services;

afterAll(async () => {
  for (const service of Object.values(services)) {
    await service.close();
    if (service.failures.length > 0) throw new Error(service.failures.join('; '));
  }
});

async function open(product: Product, name: keyof typeof UUIDS) {
  const user = product === 'samba' ? KNOWN_USER : 'Administrator';
  return pipe(await loggedIn(services[product], { user, password: PASSWORD }), name);
}

const wide = (bytes: Buffer): string => bytes.toString('utf16le') + bytes.subarray(1).toString('utf16le');
const last = (bytes: Buffer): number => bytes.readUInt32LE(bytes.length - 4);
const named = (...names: readonly string[]): NdrWriter => {
  const out = new NdrWriter();
  for (const name of names) out.unicodeString(name);
  return out.flush();
};

describe.each(['samba', 'windows'] as const)('%s', (product) => {
  it('lists its accounts, groups and password rules', async () => {
    const call = await open(product, 'samr');
    const server = (
      await call(64, new NdrWriter().pointer(undefined).u32(0x30).u32(1).u32(1).u32(3).u32(0).done())
    ).subarray(16, 36);
    const computer = services[product].events.length > 0 ? undefined : '';
    expect(computer).toBeUndefined();
    const domains = await call(6, new NdrWriter().raw(server).u32(0).u32(0xffff).done());
    expect(wide(domains)).toContain('Builtin');
    const looked = await call(5, new NdrWriter().raw(server).unicodeString('BUILTIN').done());
    expect(last(looked)).toBe(0);
    expect(last(await call(5, new NdrWriter().raw(server).unicodeString('NOSUCH').done()))).toBe(0xc000_00df);
    const builtin = (await call(7, new NdrWriter().raw(server).u32(0x30).sid(sidBytes('S-1-5-32')).done())).subarray(
      0,
      20,
    );
    for (const level of [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13])
      expect([level, last(await call(46, new NdrWriter().raw(builtin).u16(level).done()))]).toEqual([level, 0]);
    expect(last(await call(8, new NdrWriter().raw(builtin).u16(99).done()))).toBe(0xc000_0003);
    const aliases = await call(15, new NdrWriter().raw(builtin).u32(0).u32(0xffff).done());
    expect(wide(aliases).includes('Administrators')).toBe(product === 'windows');
    const alias = (await call(27, new NdrWriter().raw(builtin).u32(1).u32(544).done())).subarray(0, 20);
    expect(last(await call(33, new NdrWriter().raw(alias).done()))).toBe(0);
    expect(
      last(await call(18, new NdrWriter().raw(builtin).u32(2).u32(1000).u32(0).u32(2).u32(544).u32(1).done())),
    ).toBe(0x107);
    expect(last(await call(1, builtin))).toBe(0);
    expect(last(await call(56, Buffer.alloc(8)))).toBe(0);
  });

  it('tells of an account whatever way it is asked', async () => {
    const service = services[product];
    const lsa = await open(product, 'lsa');
    const policy = (await lsa(44, new NdrWriter().pointer(undefined).u32(24).done())).subarray(0, 20);
    const info = await lsa(7, new NdrWriter().raw(policy).u16(5).done());
    const at = info.lastIndexOf(Buffer.from('010400000000000515000000', 'hex'));
    const machine = info.subarray(at, at + 24);
    const samr = await open(product, 'samr');
    const server = (await samr(57, new NdrWriter().pointer(undefined).u32(0x30).done())).subarray(0, 20);
    const domain = (await samr(7, new NdrWriter().raw(server).u32(0x30).sid(machine).done())).subarray(0, 20);
    const name = product === 'samba' ? KNOWN_USER : 'Administrator';
    const users = await samr(13, new NdrWriter().raw(domain).u32(0).u32(0).u32(0xffff).done());
    expect(wide(users)).toContain(name);
    const rids = await samr(
      17,
      new NdrWriter().raw(domain).u32(1).u32(1000).u32(0).u32(1).raw(named(name).done()).done(),
    );
    expect(last(rids)).toBe(0);
    const rid = product === 'samba' ? 1000 : 500;
    const user = (await samr(34, new NdrWriter().raw(domain).u32(0x30).u32(rid).done())).subarray(0, 20);
    for (const level of [1, 6, 7, 8, 9, 16, 21])
      expect([level, last(await samr(36, new NdrWriter().raw(user).u16(level).done()))]).toEqual([level, 0]);
    expect(last(await samr(47, new NdrWriter().raw(user).u16(77).done()))).toBe(0xc000_0003);
    expect(last(await samr(39, new NdrWriter().raw(user).done()))).toBe(0);
    expect(last(await samr(44, new NdrWriter().raw(user).done()))).toBe(0);
    for (const level of [1, 4])
      expect(
        wide(await samr(40, new NdrWriter().raw(domain).u16(level).u32(0).u32(100).u32(0xffff).done())).length,
      ).toBeGreaterThan(10);
    expect(last(await samr(34, new NdrWriter().raw(domain).u32(0x30).u32(99_999).done()))).toBe(0xc000_0064);
    const group = (await samr(19, new NdrWriter().raw(domain).u32(1).u32(513).done())).subarray(0, 20);
    expect(last(await samr(20, new NdrWriter().raw(group).u16(1).done()))).toBe(0);
    expect(last(await samr(25, new NdrWriter().raw(group).done()))).toBe(0);
    expect(last(await samr(16, new NdrWriter().raw(domain).u32(0).done()))).toBe(0);
    expect(last(await samr(60, new NdrWriter().raw(domain).done()))).toBe(0xc000_0022);
    expect(service.failures).toEqual([]);
  });

  it('gives names for identifiers and identifiers for names', async () => {
    const call = await open(product, 'lsa');
    const policy = (await call(6, new NdrWriter().pointer(undefined).u32(24).done())).subarray(0, 20);
    const sids = (...values: readonly string[]): Buffer => {
      const out = new NdrWriter().raw(policy).u32(values.length);
      out.pointer(() => out.array(values, (sid) => out.pointer(() => out.sid(sidBytes(sid)))));
      return out.flush().u32(0).u32(0).u16(1).u32(0).done();
    };
    const answer = await call(15, sids('S-1-5-32-544', 'S-1-1-0', 'S-1-5-99-1'));
    expect(last(answer)).toBe(0x107);
    expect(wide(answer)).toContain('Administrators');
    expect(last(await call(57, sids('S-1-5-99-1')))).toBe(0xc000_0073);
    const names = new NdrWriter().raw(policy).u32(2).u32(2).unicodeString('Administrators').unicodeString('nosuchname');
    for (const opnum of [14, 58, 68]) expect(last(await call(opnum, names.flush().done()))).toBe(0x107);
    for (const level of [3, 5, 6, 12])
      expect(last(await call(46, new NdrWriter().raw(policy).u16(level).done()))).toBe(0);
    expect(last(await call(7, new NdrWriter().raw(policy).u16(99).done()))).toBe(0xc000_000d);
    for (const opnum of [2, 11])
      expect(last(await call(opnum, new NdrWriter().raw(policy).u32(0).u32(100).done()))).toBe(0);
    expect(last(await call(13, new NdrWriter().raw(policy).u32(0).u32(100).done()))).toBe(0x8000_001a);
    expect(
      wide(await call(45, new NdrWriter().pointer(undefined).pointer(undefined).pointer(undefined).done())).length,
    ).toBeGreaterThan(20);
    expect(last(await call(0, policy))).toBe(0);
    const role = await open(product, 'dssetup');
    expect(last(await role(0, new NdrWriter().u16(1).done()))).toBe(0);
  });

  it('tells of the server, its shares, its time and who is on it', async () => {
    const call = await open(product, 'srvsvc');
    const server = (): NdrWriter => new NdrWriter().uniqueString('\\\\x').flush();
    const shares = (level: number): Buffer =>
      server().u32(level).u32(level).pointer(undefined).u32(0xffff_ffff).pointer(undefined).done();
    for (const level of [0, 1, 2, 501, 502]) expect([level, last(await call(15, shares(level)))]).toEqual([level, 0]);
    expect(last(await call(36, shares(77)))).toBe(124);
    for (const level of [0, 1, 2, 501, 502, 1005])
      expect([level, last(await call(16, server().string('IPC$').u32(level).done()))]).toEqual([level, 0]);
    expect(last(await call(16, server().string('nosuch').u32(1).done()))).toBe(2310);
    for (const level of [100, 101, 102])
      expect([level, last(await call(21, server().u32(level).done()))]).toEqual([level, 0]);
    expect(last(await call(28, server().done()))).toBe(0);
    const sessions = server().pointer(undefined).pointer(undefined).u32(10).u32(10).pointer(undefined).done();
    expect(last(await call(12, sessions))).toBe(0);
    expect(last(await call(23, server().u32(0).done()))).toBe(0);
    expect(last(await call(33, server().done()))).toBe(0);
    await call(8, server().uniqueString('x').flush().u32(1).done());
    await call(9, server().pointer(undefined).pointer(undefined).u32(3).done());
    await call(31, server().string('\\..\\..\\x').done());
    expect(services[product].events.some(({ event }) => event.action === 'smb-ms08-067-probe')).toBe(true);
    const work = await open(product, 'wkssvc');
    for (const level of [100, 101, 102])
      expect(last(await work(0, new NdrWriter().pointer(undefined).u32(level).done()))).toBe(0);
    expect(last(await work(2, new NdrWriter().pointer(undefined).u32(1).u32(1).pointer(undefined).done()))).toBe(
      product === 'windows' ? 0 : 5,
    );
  });

  it('lets nobody else change it', async () => {
    const registry = await open(product, 'winreg');
    const key = await registry(2, new NdrWriter().pointer(undefined).u32(1).done());
    expect(last(key)).toBe(product === 'windows' ? 0 : 5);
    await registry(15, new NdrWriter().raw(key.subarray(0, 20)).unicodeString('SAM\\SAM').done());
    expect(last(await registry(20, Buffer.alloc(40)))).toBe(5);
    expect(last(await registry(5, Buffer.alloc(20)))).toBe(0);
    const printer = await open(product, 'spoolss');
    expect(last(await printer(69, new NdrWriter().uniqueString('\\\\server').flush().done()))).toBe(0);
    expect(last(await printer(1, new NdrWriter().uniqueString('\\\\server\\hp').flush().done()))).toBe(1801);
    expect(last(await printer(89, new NdrWriter().pointer(undefined).done()))).toBe(5);
    expect(last(await printer(0, Buffer.alloc(8)))).toBe(0);
    expect(last(await printer(29, Buffer.alloc(20)))).toBe(0);
    const folders = await open(product, 'netdfs');
    expect(last(await folders(0))).toBe(4);
    expect(last(await folders(13, new NdrWriter().string('198.51.100.9').done()))).toBe(5);
    const down = await open(product, 'initshutdown');
    expect(last(await down(0))).toBe(5);
    const services2 = await open(product, 'svcctl');
    const manager = (await services2(15, new NdrWriter().pointer(undefined).pointer(undefined).u32(5).done())).subarray(
      0,
      20,
    );
    const spooler = (await services2(16, new NdrWriter().raw(manager).string('Spooler').u32(0xf01ff).done())).subarray(
      0,
      20,
    );
    expect(last(await services2(16, new NdrWriter().raw(manager).string('nosuch').u32(1).done()))).toBe(1060);
    expect(last(await services2(6, spooler))).toBe(0);
    expect(last(await services2(17, new NdrWriter().raw(spooler).u32(0).done()))).toBe(122);
    expect(last(await services2(17, new NdrWriter().raw(spooler).u32(8000).done()))).toBe(0);
    expect(last(await services2(1, new NdrWriter().raw(spooler).u32(1).done()))).toBe(0);
    expect(last(await services2(14, new NdrWriter().raw(manager).u32(0).done()))).toBe(0);
    expect(last(await services2(2, spooler))).toBe(0);
    expect(last(await services2(0, manager))).toBe(0);
  });
});

it('Windows takes jobs and shadow copies no further', async () => {
  const jobs = await open('windows', 'jobs');
  expect(last(await jobs(0))).toBe(50);
  const shadows = await open('windows', 'fssagentrpc');
  await shadows(8, new NdrWriter().string('\\\\198.51.100.9\\x').done());
  const tasks = await open('windows', 'atsvc');
  expect((await tasks(0)).readUInt32LE(0)).toBe(0x0001_0002);
  expect(last(await tasks(12, new NdrWriter().string('\\x').done()))).toBe(0);
});
