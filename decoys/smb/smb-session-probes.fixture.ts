/** Questions before there is a file: negotiation, SMB 1, logins, trees and pipes. */
import { ntlmClient } from '../ntlm/ntlm-client.fixture.ts';
import { createBody, fileId, negotiateBody, negotiateContext, setupBody, smb1Message } from './smb-client.fixture.ts';
import {
  type ProbeTarget,
  type SmbProbe,
  hex,
  brief,
  masked,
  PREAUTH,
  list16,
  negotiated,
  fresh,
  loggedIn,
} from './smb-probe.fixture.ts';

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

export const negotiations: readonly SmbProbe[] = [
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
export const smb1Negotiations: readonly SmbProbe[] = (
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

export const logins: readonly SmbProbe[] = [
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

export const trees: readonly SmbProbe[] = [
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
