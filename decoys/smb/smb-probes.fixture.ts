/**
 * Questions put to a file server, and what it answered without what differs from run to run. Asked of the decoy and of a real Samba alike, they show every
 * difference. Each probe has a connection of its own.
 */
import { ntlmClient } from '../ntlm/ntlm-client.fixture.ts';
import { FILE_CLASS } from './files/file-info.ts';
import {
  createContext,
  createBody,
  fileId,
  negotiateBody,
  negotiateContext,
  RawSmb2,
  setupBody,
  smb1Message,
  type Smb2Answer,
  type Transport,
} from './smb-client.fixture.ts';
import { LittleWriter } from './wire.ts';

export interface ProbeTarget {
  connect(): Promise<Transport>;
  readonly user: string;
  readonly password: string;
  /** A share that this user may write to. */
  readonly share: string;
}

export interface SmbProbe {
  readonly name: string;
  readonly run: (target: ProbeTarget) => Promise<string>;
}

const hex = (value: number): string => (value >>> 0).toString(16);

function brief(answer: Smb2Answer | undefined, more: (answer: Smb2Answer) => string = () => ''): string {
  if (answer === undefined) return 'closed';
  return `${hex(answer.status)} ${answer.status === 0 || answer.status >>> 30 === 2 ? more(answer) : `body ${answer.body.toString('hex')}`}`.trim();
}

/** Fields that tell nothing of the product: times, ids, sizes of the disk. */
function masked(bytes: Buffer, ...ranges: readonly (readonly [number, number])[]): string {
  const copy = Buffer.from(bytes);
  for (const [from, to] of ranges) copy.fill(0, Math.min(from, copy.length), Math.min(to, copy.length));
  return copy.toString('hex');
}

const PREAUTH = negotiateContext(1, Buffer.concat([Buffer.from('010020000100', 'hex'), Buffer.alloc(32, 5)]));
const list16 = (...values: readonly number[]): Buffer => {
  const out = new LittleWriter(16).u16(values.length);
  for (const value of values) out.u16(value);
  return out.done();
};

function negotiated(answer: Smb2Answer): string {
  const { body } = answer;
  const contexts = body.readUInt16LE(6);
  const at = body.readUInt32LE(60);
  const blob = body.subarray(body.readUInt16LE(56) - 64, body.readUInt16LE(56) - 64 + body.readUInt16LE(58));
  const types: string[] = [];
  for (let i = 0, from = at - 64; i < contexts; i++) {
    const length = body.readUInt16LE(from + 2);
    const type = body.readUInt16LE(from);
    types.push(`${type}:${type === 1 ? length : body.subarray(from + 8, from + 8 + length).toString('hex')}`);
    from += 8 + length + ((8 - (length % 8)) % 8);
  }
  return `mode ${body.readUInt16LE(2)} dialect ${hex(body.readUInt16LE(4))} caps ${hex(body.readUInt32LE(24))} max ${body.readUInt32LE(28)} ${body.readUInt32LE(32)} ${body.readUInt32LE(36)} start ${body.readBigUInt64LE(48)} blob ${blob.toString('hex')} contexts ${types.join(' ')} credits ${answer.credits}`;
}

type With = (smb: RawSmb2, target: ProbeTarget) => Promise<string>;

function fresh(name: string, run: With): SmbProbe {
  return {
    name,
    async run(target) {
      const transport = await target.connect();
      try {
        return await run(new RawSmb2(transport), target);
      } finally {
        transport.close();
      }
    },
  };
}

function loggedIn(name: string, run: With, dialect = 0x0302): SmbProbe {
  return fresh(name, async (smb, target) => {
    await smb.negotiate([dialect]);
    smb.dialect = dialect;
    const failure = await smb.login(target.user, target.password);
    return failure === undefined ? run(smb, target) : `login failed ${hex(failure)}`;
  });
}

/** In a folder that holds `file.txt` (ten bytes) and `sub`. */
function inFolder(name: string, run: (smb: RawSmb2, folder: string) => Promise<string>): SmbProbe {
  return loggedIn(name, async (smb, target) => {
    await smb.tree(target.share);
    const folder = `probe${1e8 + Math.trunc(Math.random() * 8e8)}`;
    await close(smb, await smb.create(folder, { disposition: 2, options: 1 }));
    await close(smb, await smb.create(`${folder}\\sub`, { disposition: 2, options: 1 }));
    const file = await smb.create(`${folder}\\file.txt`, { disposition: 2, options: 0x40 });
    await smb.write(fileId(file), 0, Buffer.from('0123456789'));
    await close(smb, file);
    const said = await run(smb, folder);
    await removeAll(smb, folder);
    return said.replaceAll(folder, 'FOLDER').replaceAll(Buffer.from(folder, 'utf16le').toString('hex'), 'FOLDER');
  });
}

async function removeAll(smb: RawSmb2, folder: string): Promise<void> {
  for (const name of ['new.txt', 'NEW.TXT', 'newdir', 'moved.txt', 'sub\\inner.txt', 'sub', 'file.txt', ''])
    await close(
      smb,
      await smb.create(name === '' ? folder : `${folder}\\${name}`, { access: 0x1_0080, options: 0x1000 }),
    );
}

async function close(smb: RawSmb2, answer: Smb2Answer | undefined): Promise<void> {
  if (answer?.status === 0) await smb.close(fileId(answer));
}

const DIALECTS: readonly (readonly number[])[] = [
  [0x0202],
  [0x0210],
  [0x0300],
  [0x0302],
  [0x0202, 0x0210],
  [0x0210, 0x0300, 0x0302],
  [0x0302, 0x0202],
  [0x0100],
  [0x0222, 0x0224],
  [0x02ff],
  [0xffff, 0x0210],
  [],
];

const negotiations: readonly SmbProbe[] = [
  ...DIALECTS.map((dialects) =>
    fresh(`negotiate ${dialects.map(hex).join(',') || 'nothing'}`, async (smb) =>
      brief(await smb.negotiate(dialects), negotiated),
    ),
  ),
  ...(
    [
      ['preauth', [PREAUTH]],
      ['no contexts', []],
      ['ciphers 2,1', [PREAUTH, negotiateContext(2, list16(2, 1))]],
      ['ciphers 1,2', [PREAUTH, negotiateContext(2, list16(1, 2))]],
      ['ciphers 4,3', [PREAUTH, negotiateContext(2, list16(4, 3))]],
      ['ciphers 3,4,1', [PREAUTH, negotiateContext(2, list16(3, 4, 1))]],
      ['cipher 9', [PREAUTH, negotiateContext(2, list16(9))]],
      ['signing 0,1,2', [PREAUTH, negotiateContext(8, list16(0, 1, 2))]],
      ['signing 1', [PREAUTH, negotiateContext(8, list16(1))]],
      ['compression', [PREAUTH, negotiateContext(3, Buffer.from('0300000000000000010002000300', 'hex'))]],
      ['netname', [PREAUTH, negotiateContext(5, Buffer.from('files01', 'utf16le'))]],
      ['all', [PREAUTH, negotiateContext(2, list16(2, 1, 4, 3)), negotiateContext(8, list16(2, 1, 0))]],
      ['hash 9', [negotiateContext(1, Buffer.concat([Buffer.from('010020000900', 'hex'), Buffer.alloc(32, 5)]))]],
    ] as const
  ).map(([name, contexts]) =>
    fresh(`negotiate 311 with ${name}`, async (smb) =>
      brief(await smb.negotiate([0x0210, 0x0311], contexts), negotiated),
    ),
  ),
  fresh('negotiate twice', async (smb) => {
    await smb.negotiate([0x0210]);
    return brief(await smb.negotiate([0x0210]), negotiated);
  }),
  fresh('negotiate with a wrong size', async (smb) => {
    const body = negotiateBody([0x0210]);
    body.writeUInt16LE(35, 0);
    return brief(await smb.request(0, body));
  }),
];

const smb1Dialects = (...names: readonly string[]): Buffer =>
  Buffer.from(names.map((name) => `\x02${name}\0`).join(''), 'latin1');
const smb1Negotiations: readonly SmbProbe[] = (
  [
    ['SMB 2.002', ['NT LM 0.12', 'SMB 2.002']],
    ['SMB 2.???', ['NT LM 0.12', 'SMB 2.002', 'SMB 2.???']],
    ['only SMB 2.???', ['SMB 2.???']],
    ['NT LM 0.12', ['NT LM 0.12']],
    ['PC NETWORK and NT LANMAN 1.0', ['PC NETWORK PROGRAM 1.0', 'NT LANMAN 1.0', 'NT LM 0.12']],
    ['nothing known', ['FOO 1.0']],
  ] as const
).flatMap(([name, dialects]) =>
  [0xc807, 0xc007, 0x0001].map((flags2) => ({
    name: `SMB1 negotiate ${name}, flags2 ${hex(flags2)}`,
    async run(target: ProbeTarget) {
      const transport = await target.connect();
      try {
        transport.send(smb1Message(0x72, Buffer.alloc(0), smb1Dialects(...dialects), { flags2 }));
        const answer = await transport.receive();
        if (answer === undefined) return 'closed';
        if (answer[0] === 0xfe)
          return `SMB2 dialect ${hex(answer.readUInt16LE(68))} caps ${hex(answer.readUInt32LE(88))} max ${answer.readUInt32LE(92)} credits ${answer.readUInt16LE(14)}`;
        const extended = (flags2 & 0x0800) !== 0;
        // Session key, time, challenge and names are each server's own.
        return extended
          ? masked(answer, [48, 52], [56, 64], [69, 85])
          : masked(answer.subarray(0, 67), [48, 52], [56, 64]);
      } finally {
        transport.close();
      }
    },
  })),
);

const logins: readonly SmbProbe[] = [
  fresh('login right', async (smb, target) => {
    await smb.negotiate([0x0210]);
    return String(await smb.login(target.user, target.password));
  }),
  fresh('login in capitals', async (smb, target) => {
    await smb.negotiate([0x0210]);
    return String(await smb.login(target.user.toUpperCase(), target.password));
  }),
  fresh('login with another domain', async (smb, target) => {
    await smb.negotiate([0x0210]);
    return String(await smb.login(target.user, target.password, 'OTHER'));
  }),
  fresh('login wrong', async (smb, target) => {
    await smb.negotiate([0x0210]);
    return hex((await smb.login(target.user, 'no such password')) ?? 0);
  }),
  fresh('login unknown', async (smb) => {
    await smb.negotiate([0x0210]);
    return hex((await smb.login('nosuchuser', 'x')) ?? 0);
  }),
  fresh('login anonymous', async (smb) => {
    await smb.negotiate([0x0210]);
    return hex((await smb.login('', '')) ?? 0);
  }),
  ...(['right', 'unknown', 'anonymous'] as const).map((who) =>
    fresh(`session flags of ${who}`, async (smb, target) => {
      await smb.negotiate([0x0210]);
      smb.dialect = 0x0210;
      const user = who === 'right' ? target.user : who === 'unknown' ? 'nosuchuser' : '';
      const client = ntlmClient({ user, password: target.password, wrapping: 'spnego' });
      const first = await smb.request(1, setupBody(client.first()));
      if (first === undefined) return 'closed';
      smb.sessionId = first.sessionId;
      const last = await smb.request(1, setupBody(client.next(first.body.subarray(8))));
      return `${hex(first.status)} credits ${first.credits} flags ${hex(first.flags)}; ${brief(last, ({ body, flags, credits }) => `${body.toString('hex')} flags ${hex(flags)} credits ${credits}`)}`;
    }),
  ),
  fresh('challenge', async (smb) => {
    await smb.negotiate([0x0210]);
    const answer = await smb.request(
      1,
      setupBody(ntlmClient({ user: 'x', password: 'x', wrapping: 'bare' }).negotiate()),
    );
    if (answer === undefined) return 'closed';
    const at = answer.body.indexOf('NTLMSSP');
    const message = answer.body.subarray(at);
    const names = [...Array(16).keys()].reduce<{ at: number; ids: string[] }>(
      ({ at: from, ids }) => {
        if (from + 4 > message.length || ids.at(-1) === '0') return { at: from, ids };
        return { at: from + 4 + message.readUInt16LE(from + 2), ids: [...ids, String(message.readUInt16LE(from))] };
      },
      { at: message.readUInt32LE(44), ids: [] },
    );
    return `${hex(answer.status)} flags ${hex(message.readUInt32LE(20))} version ${message.subarray(48, 56).toString('hex')} pairs ${names.ids.join(',')} before ${answer.body.subarray(0, 2).toString('hex')}`;
  }),
  fresh('setup with nonsense', async (smb) => {
    await smb.negotiate([0x0210]);
    return brief(await smb.request(1, setupBody(Buffer.from('nonsense'))));
  }),
  fresh('setup with nothing', async (smb) => {
    await smb.negotiate([0x0210]);
    return brief(await smb.request(1, setupBody(Buffer.alloc(0))), ({ body }) => body.subarray(0, 4).toString('hex'));
  }),
  fresh('setup of an unknown session', async (smb) => {
    await smb.negotiate([0x0210]);
    return brief(await smb.request(1, setupBody(Buffer.alloc(8)), { sessionId: 77n }));
  }),
  fresh('a command without negotiation', async (smb) => brief(await smb.request(3, Buffer.alloc(16)))),
  fresh('a command without session', async (smb) => {
    await smb.negotiate([0x0210]);
    return brief(await smb.request(5, createBody('x', {})));
  }),
  fresh('echo without session', async (smb) => {
    await smb.negotiate([0x0210]);
    return brief(await smb.request(13, Buffer.from('04000000', 'hex')), ({ body }) => body.toString('hex'));
  }),
  loggedIn('echo', async (smb) =>
    brief(
      await smb.request(13, Buffer.from('04000000', 'hex')),
      ({ body, credits }) => `${body.toString('hex')} credits ${credits}`,
    ),
  ),
  loggedIn('logoff and go on', async (smb) => {
    const off = brief(await smb.request(2, Buffer.from('04000000', 'hex')), ({ body }) => body.toString('hex'));
    return `${off}; ${brief(await smb.tree('IPC$'))}`;
  }),
  loggedIn('an unknown command', async (smb) => brief(await smb.request(40, Buffer.alloc(16)))),
  loggedIn('a bad signature', async (smb) => {
    smb.key = Buffer.alloc(16, 1);
    smb.signs = true;
    return brief(await smb.tree('IPC$'));
  }),
];

const TREES = ['IPC$', 'ipc$', 'nosuchshare', '', 'ADMIN$', 'C$', 'print$'];
const PIPES = [
  'srvsvc',
  'wkssvc',
  'lsarpc',
  'lsass',
  'samr',
  'netlogon',
  'svcctl',
  'ntsvcs',
  'spoolss',
  'winreg',
  'eventlog',
  'initshutdown',
  'epmapper',
  'mdssvc',
  'netdfs',
  'dssetup',
  'rpcecho',
  'browser',
  'atsvc',
  'efsrpc',
  'nosuchpipe',
  '\\srvsvc',
  'PIPE\\srvsvc',
  '',
];

const trees: readonly SmbProbe[] = [
  ...TREES.map((share) =>
    loggedIn(`tree ${share || 'without name'}`, async (smb) =>
      brief(await smb.tree(share), ({ body, credits }) => `${body.toString('hex')} credits ${credits}`),
    ),
  ),
  loggedIn('tree of the share', async (smb, target) =>
    brief(await smb.tree(target.share), ({ body }) => body.toString('hex')),
  ),
  loggedIn('tree disconnect twice', async (smb, target) => {
    await smb.tree(target.share);
    const four = Buffer.from('04000000', 'hex');
    return `${brief(await smb.request(4, four), ({ body }) => body.toString('hex'))}; ${brief(await smb.request(4, four))}`;
  }),
  ...PIPES.map((pipe) =>
    loggedIn(`pipe ${pipe || 'without name'}`, async (smb) => {
      await smb.tree('IPC$');
      return brief(await smb.create(pipe), ({ body }) => masked(body, [64, 80], [8, 40]));
    }),
  ),
  loggedIn('pipe info', async (smb) => {
    await smb.tree('IPC$');
    const id = fileId(await smb.create('srvsvc'));
    const levels = [4, 5, 9, 18, 23, 24];
    const said: string[] = [];
    for (const level of levels)
      said.push(`${level}: ${brief(await smb.queryInfo(id, 1, level), ({ body }) => body.toString('hex'))}`);
    return said.join('; ');
  }),
];

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

const opens: readonly SmbProbe[] = [
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

/** Times, the file's number, its allocation and where it lies are each server's own. */
function told(level: number, body: Buffer): string {
  const data = body.subarray(8);
  switch (level) {
    case 4:
    case 34:
      return masked(data, [0, 32]);
    case 6:
      return String(data.length);
    case 59:
      return String(data.length);
    case 18:
      return masked(data, [0, 32], [64, 72]);
    default:
      return data.toString('hex');
  }
}

const questions: readonly SmbProbe[] = [
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

const listings: readonly SmbProbe[] = [
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

const changes: readonly SmbProbe[] = [
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

export const SMB_PROBES: readonly SmbProbe[] = [
  ...negotiations,
  ...smb1Negotiations,
  ...logins,
  ...trees,
  ...opens,
  ...questions,
  ...listings,
  ...changes,
];
