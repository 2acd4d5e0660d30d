/** Questions that change files: writing, renaming, locking, deleting, and controls. */
import { FILE_CLASS } from './files/file-info.ts';
import { fileId } from './smb-client.fixture.ts';
import { type SmbProbe, hex, brief, masked, inFolder, told } from './smb-probe.fixture.ts';
import { LittleWriter } from './wire.ts';

export const changes: readonly SmbProbe[] = [
  inFolder('read all', async (smb, folder) =>
    brief(await smb.read(fileId(await smb.create(`${folder}\\file.txt`)), 0, 100), ({ body }) => body.toString('hex')),
  ),
  inFolder('read at the end', async (smb, folder) =>
    brief(await smb.read(fileId(await smb.create(`${folder}\\file.txt`)), 10, 100)),
  ),
  inFolder('read nothing', async (smb, folder) =>
    brief(await smb.read(fileId(await smb.create(`${folder}\\file.txt`)), 0, 0), ({ body }) => body.toString('hex')),
  ),
  inFolder('read too much', async (smb, folder) =>
    brief(await smb.read(fileId(await smb.create(`${folder}\\file.txt`)), 0, 0x7fff_ffff)),
  ),
  inFolder('read without the right', async (smb, folder) =>
    brief(await smb.read(fileId(await smb.create(`${folder}\\file.txt`, { access: 0x80 })), 0, 10)),
  ),
  inFolder('read a folder', async (smb, folder) => brief(await smb.read(fileId(await smb.create(folder)), 0, 10))),
  inFolder('read with a wrong handle', async (smb) => brief(await smb.read(Buffer.alloc(16, 9), 0, 10))),
  inFolder('write', async (smb, folder) =>
    brief(await smb.write(fileId(await smb.create(`${folder}\\file.txt`)), 3, Buffer.from('abc')), ({ body }) =>
      body.toString('hex'),
    ),
  ),
  inFolder('write without the right', async (smb, folder) =>
    brief(
      await smb.write(fileId(await smb.create(`${folder}\\file.txt`, { access: 0x0012_0089 })), 3, Buffer.from('abc')),
    ),
  ),
  inFolder('write to a folder', async (smb, folder) =>
    brief(await smb.write(fileId(await smb.create(folder)), 0, Buffer.from('abc'))),
  ),
  inFolder('flush', async (smb, folder) => {
    const id = fileId(await smb.create(`${folder}\\file.txt`));
    return brief(await smb.request(7, new LittleWriter(24).u16(24).u16(0).u32(0).raw(id).done()), ({ body }) =>
      body.toString('hex'),
    );
  }),
  inFolder('lock', async (smb, folder) => {
    const id = fileId(await smb.create(`${folder}\\file.txt`));
    const body = new LittleWriter(48).u16(48).u16(1).u32(0).raw(id).u64(0).u64(5).u32(0x12).u32(0).done();
    return brief(await smb.request(10, body), (answer) => answer.body.toString('hex'));
  }),
  inFolder('close and ask for attributes', async (smb, folder) =>
    brief(await smb.close(fileId(await smb.create(`${folder}\\file.txt`)), 1), ({ body }) => masked(body, [8, 40])),
  ),
  inFolder('close twice', async (smb, folder) => {
    const id = fileId(await smb.create(`${folder}\\file.txt`));
    await smb.close(id);
    return brief(await smb.close(id));
  }),
  ...(
    [
      [FILE_CLASS.basic, Buffer.concat([Buffer.alloc(32), Buffer.from('0200000000000000', 'hex')])],
      [FILE_CLASS.endOfFile, Buffer.from('0500000000000000', 'hex')],
      [FILE_CLASS.allocation, Buffer.from('0000100000000000', 'hex')],
      [FILE_CLASS.position, Buffer.from('0500000000000000', 'hex')],
      [FILE_CLASS.mode, Buffer.alloc(4)],
      [FILE_CLASS.disposition, Buffer.of(0)],
      [FILE_CLASS.basic, Buffer.alloc(4)],
      [FILE_CLASS.endOfFile, Buffer.alloc(2)],
      [99, Buffer.alloc(8)],
    ] as const
  ).map(([level, data]) =>
    inFolder(`set ${level} to ${data.length} bytes`, async (smb, folder) => {
      const id = fileId(await smb.create(`${folder}\\file.txt`, { access: 0x0013_019f }));
      const set = brief(await smb.setInfo(id, 1, level, data), ({ body }) => body.toString('hex'));
      return `${set}; ${brief(await smb.queryInfo(id, 1, 34), ({ body }) => told(34, body))}`;
    }),
  ),
  ...(['moved.txt', 'sub', 'nosuch\\x', 'a*b'] as const).map((name) =>
    inFolder(`rename to ${name}`, async (smb, folder) => {
      const id = fileId(await smb.create(`${folder}\\file.txt`, { access: 0x0013_019f }));
      const target = Buffer.from(`${folder}\\${name}`, 'utf16le');
      return brief(
        await smb.setInfo(
          id,
          1,
          FILE_CLASS.rename,
          new LittleWriter(64).u64(0).u64(0).u32(target.length).raw(target).done(),
        ),
        ({ body }) => body.toString('hex'),
      );
    }),
  ),
  inFolder('notify and close', async (smb, folder) => {
    const id = fileId(await smb.create(folder, { access: 0x0012_0089, options: 1 }));
    smb.takesInterim = true;
    const first = brief(
      await smb.request(15, new LittleWriter(32).u16(32).u16(0).u32(4096).raw(id).u32(0xff).u32(0).done()),
      ({ flags }) => hex(flags),
    );
    const second = brief(await smb.close(id), ({ command, body }) => `${command} ${body.length}`);
    return `${first}; ${second}`;
  }),
  ...[
    0x0006_0194, 0x0011_c017, 0x0014_4064, 0x0014_0078, 0x0014_01fc, 0x0009_00a8, 0x0009_00c0, 0x0009_009c, 0x0011_0018,
    0x0009_4264, 0x1234_5678,
  ].map((code) =>
    inFolder(`control ${hex(code)}`, async (smb, folder) => {
      const id = fileId(await smb.create(`${folder}\\file.txt`));
      return brief(await smb.ioctl(id, code, Buffer.alloc(0)), ({ body }) => `${body.length - 48}`);
    }),
  ),
  inFolder('validate the negotiation', async (smb, folder) => {
    void folder;
    const input = new LittleWriter(26).u32(0x7f).raw(Buffer.alloc(16, 0x11)).u16(1).u16(1).u16(0x0302).done();
    return brief(
      await smb.ioctl(Buffer.alloc(16, 0xff), 0x0014_0204, input),
      ({ body }) => `${hex(body.readUInt32LE(48))} ${body.subarray(68).toString('hex')}`,
    );
  }),
];
