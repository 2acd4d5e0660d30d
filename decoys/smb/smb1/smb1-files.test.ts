import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LittleWriter } from '../wire.ts';
import { STATUS } from '../nt-status.ts';
import { KNOWN_USER, PASSWORD, playSmb } from '../smb-play.fixture.ts';
import { rawSmb1 } from '../smb1-client.fixture.ts';

const service = playSmb('debian-12-server');
const smb = rawSmb1(service);
let ids: { uid: number; tid: number };
const status = (answer: Buffer): number => answer.readUInt32LE(5);
const text = (name: string): Buffer => Buffer.from(`${name}\0`, 'utf16le');
const old = (name: string): Buffer => Buffer.concat([Buffer.of(4), text(name)]);
const words16 = (...values: readonly number[]): Buffer => {
  const out = new LittleWriter(64);
  for (const value of values) out.u16(value);
  return out.done();
};

/** NT_CREATE_ANDX; the file's number, or the status. */
async function create(
  name: string,
  disposition: number,
  options = 0x40,
): Promise<{ readonly status: number; readonly fid: number }> {
  const words = new LittleWriter(48)
    .u16(0xff)
    .u16(0)
    .u8(0)
    .u16(0)
    .u32(0x16)
    .u32(0)
    .u32(0x0013_019f)
    .u64(0)
    .u32(0x20)
    .u32(7);
  words.u32(disposition).u32(options).u32(2).u8(0);
  const answer = await smb.ask(0xa2, words.done(), Buffer.concat([Buffer.alloc(1), text(name)]), ids);
  return { status: status(answer), fid: answer.length > 40 ? answer.readUInt16LE(38) : 0 };
}

async function trans2(code: number, parameters: Buffer, data = Buffer.alloc(0)): Promise<Buffer> {
  const { words, bytes } = smb.transaction(0x32, [code], '', parameters, data);
  return smb.ask(0x32, words, bytes, ids);
}

const pathInfo = (level: number, name: string): Promise<Buffer> =>
  trans2(5, new LittleWriter(64).u16(level).u32(0).raw(text(name)).done());

beforeAll(async () => {
  await smb.negotiate();
  const uid = await smb.login(KNOWN_USER, PASSWORD);
  ids = { uid, tid: await smb.tree(uid, 'projects') };
});
afterAll(async () => {
  await service.close();
  if (service.failures.length > 0) throw new Error(service.failures.join('; '));
});

describe('SMB1', () => {
  it('writes, reads and closes a file', async () => {
    const { fid } = await create('\\a.txt', 2);
    const data = Buffer.from('hello');
    const at = 32 + 1 + 28 + 2;
    const words = new LittleWriter(28)
      .u16(0xff)
      .u16(0)
      .u16(fid)
      .u32(0)
      .u32(0)
      .u16(0)
      .u16(0)
      .u16(0)
      .u16(data.length)
      .u16(at)
      .u32(0);
    expect(status(await smb.ask(0x2f, words.done(), data, ids))).toBe(0);
    const read = new LittleWriter(24).u16(0xff).u16(0).u16(fid).u32(1).u16(100).u16(0).u32(0).u16(0).u32(0).done();
    const answer = await smb.ask(0x2e, read, Buffer.alloc(0), ids);
    expect(answer.subarray(answer.readUInt16LE(32 + 1 + 12)).toString()).toBe('ello');
    expect(status(await smb.ask(0x04, new LittleWriter(6).u16(fid).u32(0).done(), Buffer.alloc(0), ids))).toBe(0);
    expect(status(await smb.ask(0x04, new LittleWriter(6).u16(fid).u32(0).done(), Buffer.alloc(0), ids))).toBe(
      STATUS.INVALID_HANDLE,
    );
    expect(service.events.some(({ event, file }) => event.action === 'smb-file' && file?.size === 5)).toBe(true);
  });

  it('makes, checks, renames and removes as old clients ask', async () => {
    expect(status(await smb.ask(0x00, Buffer.alloc(0), old('\\dir'), ids))).toBe(0);
    expect(status(await smb.ask(0x10, Buffer.alloc(0), old('\\dir'), ids))).toBe(0);
    expect(status(await smb.ask(0x10, Buffer.alloc(0), old('\\a.txt'), ids))).toBe(STATUS.NOT_A_DIRECTORY);
    const both = Buffer.concat([old('\\a.txt'), Buffer.of(4, 0), text('\\dir\\b.txt')]);
    expect(status(await smb.ask(0x07, words16(0x16), both, ids))).toBe(0);
    expect(status(await smb.ask(0x08, Buffer.alloc(0), old('\\dir\\b.txt'), ids))).toBe(0);
    expect(status(await smb.ask(0x08, Buffer.alloc(0), old('\\nosuch'), ids))).toBe(STATUS.OBJECT_NAME_NOT_FOUND);
    expect(status(await smb.ask(0x01, Buffer.alloc(0), old('\\dir'), ids))).toBe(STATUS.DIRECTORY_NOT_EMPTY);
    expect(status(await smb.ask(0x06, words16(0x16), old('\\dir\\*.txt'), ids))).toBe(0);
    expect(status(await smb.ask(0x06, words16(0x16), old('\\dir\\*.txt'), ids))).toBe(STATUS.NO_SUCH_FILE);
    expect(status(await smb.ask(0x01, Buffer.alloc(0), old('\\dir'), ids))).toBe(0);
    expect(status(await smb.ask(0x80, Buffer.alloc(0), Buffer.alloc(0), ids))).toBe(0);
    expect(status(await smb.ask(0x99, Buffer.alloc(0), Buffer.alloc(0), ids))).toBe(STATUS.SMB_BAD_COMMAND);
  });

  it.each([1, 2, 0x101, 0x102, 0x103, 0x104, 0x107, 0x108, 0x109, 0x10b, 1004, 1005, 1018, 1034])(
    'tells of a file at level %i',
    async (level) => {
      const answer = await pathInfo(level, '\\README.txt');
      expect(status(answer)).toBe(0);
      expect(answer.readUInt16LE(33 + 2)).toBeGreaterThan(0);
    },
  );

  it('knows no other level, and no file that is not there', async () => {
    expect(status(await pathInfo(0x999, '\\README.txt'))).toBe(STATUS.INVALID_INFO_CLASS);
    expect(status(await pathInfo(0x101, '\\nosuch'))).toBe(STATUS.OBJECT_NAME_NOT_FOUND);
  });

  it.each([1, 2, 0x102, 0x103, 0x104, 0x105, 1003])('tells of the volume at level %i', async (level) => {
    expect(status(await trans2(3, words16(level)))).toBe(0);
  });

  it('finds in pieces, and changes by handle', async () => {
    const first = await trans2(
      1,
      new LittleWriter(64).u16(0x16).u16(2).u16(0).u16(0x101).u32(0).raw(text('\\*')).done(),
    );
    const at = first.readUInt16LE(33 + 8);
    const [id, count] = [first.readUInt16LE(at), first.readUInt16LE(at + 2)];
    expect(count).toBe(2);
    const next = await trans2(2, new LittleWriter(64).u16(id).u16(100).u16(1).u32(0).u16(10).raw(text('')).done());
    expect(next.readUInt16LE(next.readUInt16LE(33 + 8))).toBeGreaterThan(1);
    expect(status(await smb.ask(0x34, words16(id), Buffer.alloc(0), ids))).toBe(0);
    expect(
      status(await trans2(2, new LittleWriter(64).u16(id).u16(100).u16(0x104).u32(0).u16(0).raw(text('')).done())),
    ).toBe(STATUS.INVALID_HANDLE);
    const { fid } = await create('\\c.txt', 2);
    expect(status(await trans2(8, words16(fid, 0x104, 0), Buffer.from('0300000000000000', 'hex')))).toBe(0);
    expect(status(await trans2(8, words16(fid, 0x102, 0), Buffer.of(1)))).toBe(0);
    expect(status(await trans2(7, words16(fid, 0x102)))).toBe(0);
    expect(status(await smb.ask(0x04, new LittleWriter(6).u16(fid).u32(0).done(), Buffer.alloc(0), ids))).toBe(0);
    expect((await create('\\c.txt', 1)).status).toBe(STATUS.OBJECT_NAME_NOT_FOUND);
    expect(status(await trans2(13, new LittleWriter(64).u32(0).raw(text('\\newdir')).done()))).toBe(0);
    expect(status(await trans2(16, Buffer.alloc(4)))).toBe(STATUS.NOT_FOUND);
  });

  it('opens as OS/2 did', async () => {
    const words = (how: number): Buffer =>
      new LittleWriter(30)
        .u16(0xff)
        .u16(0)
        .u16(0)
        .u16(0x42)
        .u16(0x16)
        .u16(0x20)
        .u32(0)
        .u16(how)
        .u32(0)
        .u32(0)
        .u32(0)
        .done();
    const opened = await smb.ask(0x2d, words(0x11), Buffer.concat([Buffer.alloc(1), text('\\d.txt')]), ids);
    expect(status(opened)).toBe(0);
    expect(status(await smb.ask(0x05, opened.subarray(37, 39), Buffer.alloc(0), ids))).toBe(0);
    expect(status(await smb.ask(0x2d, words(0x01), Buffer.concat([Buffer.alloc(1), text('\\nosuch')]), ids))).toBe(
      STATUS.OBJECT_NAME_NOT_FOUND,
    );
  });

  it('lists shares and servers as LAN Manager did', async () => {
    const tid = await smb.tree(ids.uid, 'IPC$');
    const rap = async (parameters: Buffer): Promise<string> => {
      const { words, bytes } = smb.transaction(0x25, [], '\\PIPE\\LANMAN', parameters, Buffer.alloc(0));
      return (await smb.ask(0x25, words, bytes, { ...ids, tid })).toString('latin1');
    };
    const ascii = (value: string): Buffer => Buffer.from(value, 'latin1');
    expect(await rap(Buffer.concat([words16(0), ascii('WrLeh\0B13BWz\0'), words16(1, 4096)]))).toContain('projects');
    const servers = Buffer.concat([words16(104), ascii('WrLehDz\0B16BBDz\0'), words16(1, 4096, 0xffff, 0xffff)]);
    expect(await rap(servers)).toContain('Samba');
  });

  it('ends trees and users', async () => {
    const tid = await smb.tree(ids.uid, 'public');
    expect(status(await smb.ask(0x71, Buffer.alloc(0), Buffer.alloc(0), { ...ids, tid }))).toBe(0);
    expect(status(await smb.ask(0x71, Buffer.alloc(0), Buffer.alloc(0), { ...ids, tid }))).toBe(STATUS.SMB_BAD_TID);
    expect((await smb.ask(0x2b, words16(1), Buffer.from('ping'), ids)).toString('latin1')).toContain('ping');
    expect(status(await smb.ask(0x74, words16(0xff, 0), Buffer.alloc(0), ids))).toBe(0);
    expect((await create('\\x', 1)).status).toBe(STATUS.SMB_BAD_UID);
  });
});
