/** Questions of files that are there: opening them, and what is told of them and of folders. */
import { FILE_CLASS } from './files/file-info.ts';
import { createContext, fileId, type RawSmb2 } from './smb-client.fixture.ts';
import { type SmbProbe, hex, brief, masked, loggedIn, inFolder, told } from './smb-probe.fixture.ts';

const NAMES: readonly (readonly [string, Parameters<RawSmb2['create']>[1]])[] = [
  ['file.txt', {}],
  ['FILE.TXT', {}],
  ['file.txt', { options: 1 }],
  ['file.txt', { disposition: 2 }],
  ['file.txt', { disposition: 3 }],
  ['file.txt', { disposition: 4 }],
  ['file.txt', { disposition: 5 }],
  ['file.txt', { disposition: 0 }],
  ['file.txt', { disposition: 9 }],
  ['file.txt', { options: 0x41 }],
  ['file.txt', { options: 0x1000, access: 0x80 }],
  ['file.txt', { options: 0x2000 }],
  ['file.txt', { access: 0 }],
  ['file.txt', { access: 0x0200_0000 }],
  ['file.txt', { access: 0x1000_0000 }],
  ['file.txt\\below', {}],
  ['nosuch', {}],
  ['nosuch', { disposition: 4 }],
  ['nosuch\\deeper', {}],
  ['nosuch\\deeper\\still', { disposition: 2 }],
  ['sub', {}],
  ['sub', { options: 0x40 }],
  ['sub', { options: 1 }],
  ['sub', { disposition: 2, options: 1 }],
  ['sub', { disposition: 3, options: 1 }],
  ['sub', { disposition: 5, options: 1 }],
  ['sub\\', { options: 1 }],
  ['new.txt', { disposition: 2 }],
  ['new.txt', { disposition: 3, attributes: 0x22 }],
  ['new.txt', { disposition: 5, attributes: 1 }],
  ['newdir', { disposition: 2, options: 1 }],
  ['newdir', { disposition: 5, options: 1 }],
  ['a*b', { disposition: 2 }],
  ['a?b', {}],
  ['a:b', {}],
  ['a|b', { disposition: 2 }],
  ['a"b', { disposition: 2 }],
  ['a<b', { disposition: 2 }],
  ['..\\x', {}],
  ['.', {}],
  ['sub\\..\\file.txt', {}],
  ['x'.repeat(300), { disposition: 2 }],
  ['file.txt::$DATA', {}],
  ['CON', { disposition: 1 }],
];

export const opens: readonly SmbProbe[] = [
  ...NAMES.map(([name, how]) =>
    inFolder(`create ${name.length > 40 ? 'a long name' : name} ${JSON.stringify(how)}`, async (smb, folder) =>
      brief(await smb.create(`${folder}\\${name}`, how), ({ body }) => masked(body, [8, 40], [64, 80])),
    ),
  ),
  ...['MxAc', 'QFid', 'RqLs', 'DHnQ', 'AlSi', 'TWrp', 'AAPL', 'ExtA', 'abcd'].map((name) =>
    inFolder(`create context ${name}`, async (smb, folder) => {
      const data =
        name === 'RqLs'
          ? Buffer.alloc(32, 1)
          : name === 'DHnQ'
            ? Buffer.alloc(16)
            : name === 'AlSi' || name === 'TWrp'
              ? Buffer.alloc(8)
              : Buffer.alloc(0);
      const answer = await smb.create(`${folder}\\file.txt`, { contexts: createContext(name, data) });
      return brief(
        answer,
        ({ body }) =>
          `contexts ${body.readUInt32LE(84)} ${body.subarray(88, name === 'QFid' ? 112 : 120).toString('hex')}`,
      );
    }),
  ),
  loggedIn('create the root', async (smb, target) => {
    await smb.tree(target.share);
    return brief(await smb.create('', { options: 1 }), ({ body }) => masked(body, [8, 40], [64, 80]));
  }),
  loggedIn('create with a leading backslash', async (smb, target) => {
    await smb.tree(target.share);
    return brief(await smb.create('\\x', { disposition: 2 }));
  }),
  loggedIn('open in a tree that is none', async (smb) => brief(await smb.create('x'))),
  inFolder('open while another does not share', async (smb, folder) => {
    await smb.create(`${folder}\\file.txt`, { share: 0 });
    return brief(await smb.create(`${folder}\\file.txt`, { share: 0 }));
  }),
  inFolder('delete while open', async (smb, folder) => {
    const id = fileId(await smb.create(`${folder}\\file.txt`, { access: 0x1_0080 }));
    const said = brief(await smb.setInfo(id, 1, FILE_CLASS.disposition, Buffer.of(1)), ({ body }) =>
      body.toString('hex'),
    );
    return `${said}; ${brief(await smb.create(`${folder}\\file.txt`))}; ${brief(await smb.close(id), ({ body }) => body.toString('hex'))}; ${brief(await smb.create(`${folder}\\file.txt`))}`;
  }),
  inFolder('remove a folder that is not empty', async (smb, folder) => {
    const id = fileId(await smb.create(folder, { access: 0x1_0080, options: 1 }));
    return brief(await smb.setInfo(id, 1, FILE_CLASS.disposition, Buffer.of(1)));
  }),
];

const LEVELS = [1, 4, 5, 6, 7, 8, 9, 14, 15, 16, 17, 18, 21, 22, 28, 29, 33, 34, 35, 48, 59, 77, 200];
const VOLUME_LEVELS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 42];

export const questions: readonly SmbProbe[] = [
  ...(['file.txt', 'sub'] as const).flatMap((name) =>
    LEVELS.map((level) =>
      inFolder(`info ${level} of ${name}`, async (smb, folder) => {
        const id = fileId(await smb.create(`${folder}\\${name}`, { access: 0x0012_0089 }));
        return brief(await smb.queryInfo(id, 1, level), ({ body }) => told(level, body));
      }),
    ),
  ),
  ...[4, 5, 18, 34].map((level) =>
    inFolder(`info ${level} in too little room`, async (smb, folder) => {
      const id = fileId(await smb.create(`${folder}\\file.txt`, { access: 0x0012_0089 }));
      return brief(await smb.queryInfo(id, 1, level, 10));
    }),
  ),
  ...VOLUME_LEVELS.map((level) =>
    inFolder(`volume ${level}`, async (smb, folder) => {
      const id = fileId(await smb.create(folder, { access: 0x0012_0089, options: 1 }));
      return brief(await smb.queryInfo(id, 2, level), ({ body }) => {
        const data = body.subarray(8);
        if (level === 2) return 'label';
        if (level === 1) return `label ${hex(data.readUInt16LE(16))} serial set ${data.readUInt32LE(8) !== 0}`;
        if (level === 3) return masked(data, [0, 16]);
        if (level === 7) return masked(data, [0, 24]);
        if (level === 8) return String(data.length);
        return data.toString('hex');
      });
    }),
  ),
  ...[1, 2, 4, 7, 8].map((wanted) =>
    inFolder(`security ${wanted}`, async (smb, folder) => {
      const id = fileId(
        await smb.create(`${folder}\\file.txt`, { access: 0x0006_0089 | (0x0100_0000 * (wanted === 8 ? 1 : 0)) }),
      );
      const answer = await smb.queryInfo(id, 3, 0, 65_536, wanted);
      return brief(
        answer,
        ({ body }) =>
          `${body.length - 8} bytes, control ${hex(body.readUInt16LE(10))}, owner ${body.readUInt32LE(12) !== 0} group ${body.readUInt32LE(16) !== 0} dacl ${body.readUInt32LE(24) !== 0}`,
      );
    }),
  ),
  inFolder('security in too little room', async (smb, folder) => {
    const id = fileId(await smb.create(`${folder}\\file.txt`, { access: 0x0002_0089 }));
    return brief(await smb.queryInfo(id, 3, 0, 8, 1));
  }),
  inFolder('info of a type that is none', async (smb, folder) =>
    brief(await smb.queryInfo(fileId(await smb.create(folder)), 9, 4)),
  ),
  inFolder('info of a closed file', async (smb) => brief(await smb.queryInfo(Buffer.alloc(16, 3), 1, 4))),
];

/** How long each entry is, whatever their order. */
function entries(body: Buffer): string {
  const data = body.subarray(8);
  if (data.length < 8) return 'nothing';
  const lengths: number[] = [];
  for (let at = 0; lengths.length < 64;) {
    const next = data.readUInt32LE(at);
    lengths.push(next === 0 ? Math.ceil((data.length - at) / 8) * 8 : next);
    if (next === 0) break;
    at += next;
  }
  return `entries ${lengths.sort((x, y) => x - y).join(',')}`;
}

export const listings: readonly SmbProbe[] = [
  ...[1, 2, 3, 12, 37, 38, 4, 60].map((level) =>
    inFolder(`list level ${level}`, async (smb, folder) => {
      const id = fileId(await smb.create(folder, { access: 0x0012_0089, options: 1 }));
      return brief(await smb.queryDirectory(id, level, '*'), ({ body }) => entries(body));
    }),
  ),
  ...['*.txt', '*.TXT', 'file.txt', 'nosuch*', '?ile.txt', '<.txt', 'sub', '*.*', '', '.', 'f>le.txt', '"'].map(
    (pattern) =>
      inFolder(`list ${pattern || 'an empty pattern'}`, async (smb, folder) => {
        const id = fileId(await smb.create(folder, { access: 0x0012_0089, options: 1 }));
        return brief(await smb.queryDirectory(id, 12, pattern), ({ body }) => entries(body));
      }),
  ),
  inFolder('list to the end and again', async (smb, folder) => {
    const id = fileId(await smb.create(folder, { access: 0x0012_0089, options: 1 }));
    const all = brief(await smb.queryDirectory(id, 12, '*'), ({ body }) => entries(body));
    const end = brief(await smb.queryDirectory(id, 12, '*'));
    const again = brief(await smb.queryDirectory(id, 12, '*', 1), ({ body }) => entries(body));
    return `${all}; ${end}; ${again}`;
  }),
  inFolder('list one by one', async (smb, folder) => {
    const id = fileId(await smb.create(folder, { access: 0x0012_0089, options: 1 }));
    const said: string[] = [];
    for (let i = 0; i < 5; i++) said.push(brief(await smb.queryDirectory(id, 12, '*', 2), ({ body }) => entries(body)));
    // Each server has its own order of names.
    return said.sort().join('; ');
  }),
  inFolder('list in too little room', async (smb, folder) => {
    const id = fileId(await smb.create(folder, { access: 0x0012_0089, options: 1 }));
    return brief(await smb.queryDirectory(id, 37, '*', 0, 40));
  }),
  inFolder('list a file', async (smb, folder) =>
    brief(await smb.queryDirectory(fileId(await smb.create(`${folder}\\file.txt`)), 12, '*')),
  ),
];
