/** What a Telnet server can be asked, step by step; the same goes to the real daemon and to the decoy, and what they answer is compared. */

const IAC = 255;
const VERBS = { will: 251, wont: 252, do: 253, dont: 254 } as const;
type Verb = keyof typeof VERBS;

export interface TelnetProbe {
  readonly name: string;
  readonly steps: readonly Buffer[];
}

const OPTIONS = {
  binary: 0,
  echo: 1,
  sga: 3,
  status: 5,
  tm: 6,
  ttype: 24,
  naws: 31,
  tspeed: 32,
  lflow: 33,
  linemode: 34,
} as const;
const MORE = { xdisploc: 35, old: 36, auth: 37, encrypt: 38, environ: 39, logout: 18 } as const;
type Option = keyof typeof OPTIONS | keyof typeof MORE;
const NUMBERS: Readonly<Record<Option, number>> = { ...OPTIONS, ...MORE };

const say = (verb: Verb, ...options: readonly (Option | number)[]): Buffer =>
  Buffer.from(options.flatMap((option) => [IAC, VERBS[verb], typeof option === 'number' ? option : NUMBERS[option]]));
const sub = (option: Option, ...bytes: readonly number[]): Buffer =>
  Buffer.from([IAC, 250, NUMBERS[option], ...bytes, IAC, 240]);
const text = (words: string): readonly number[] => [...Buffer.from(words, 'latin1')];
const line = (words: string): Buffer => Buffer.from(words, 'latin1');
const command = (...codes: readonly number[]): Buffer => Buffer.from(codes.flatMap((code) => [IAC, code]));
const all = (...parts: readonly Buffer[]): Buffer => Buffer.concat(parts);

const FIRST: readonly Option[] = ['ttype', 'tspeed', 'xdisploc', 'environ', 'old'];
const SECOND: readonly Option[] = ['echo', 'linemode', 'naws', 'lflow'];
const refuseFirst = all(say('dont', 'auth', 'encrypt'), say('wont', ...FIRST));
const refuseSecond = all(say('dont', 'status'), say('do', 'sga'), say('wont', ...SECOND));
const speed = sub('tspeed', 0, ...text('38400,38400'));
const display = sub('xdisploc', 0, ...text('host:0'));
const terminal = (name: string): Buffer => sub('ttype', 0, ...text(name));
const environ = (...pairs: readonly (readonly [string, string])[]): Buffer =>
  sub('environ', 0, ...pairs.flatMap(([name, value]) => [0, ...text(name), 1, ...text(value)]));
const window = (columns: number, rows: number): Buffer =>
  sub('naws', columns >> 8, columns & 255, rows >> 8, rows & 255);

/** All subsets of the options that are asked for first, each taken or refused. */
function firstPhase(): TelnetProbe[] {
  const probes: TelnetProbe[] = [];
  for (let mask = 0; mask < 1 << FIRST.length; mask++) {
    const taken = FIRST.filter((_, at) => (mask & (1 << at)) !== 0);
    const refused = FIRST.filter((_, at) => (mask & (1 << at)) === 0);
    const answers: Readonly<Partial<Record<Option, Buffer>>> = {
      ttype: terminal('XTERM'),
      tspeed: speed,
      xdisploc: display,
      environ: environ(['LANG', 'C']),
      old: sub('old', 0, 0, ...text('LANG'), 1, ...text('C')),
    };
    probes.push({
      name: `takes ${taken.join(' ') || 'nothing'}`,
      steps: [
        all(say('dont', 'auth', 'encrypt'), say('will', ...taken), say('wont', ...refused)),
        ...taken.map((option) => answers[option]!),
        refuseSecond,
      ],
    });
  }
  return probes;
}

function secondPhase(): TelnetProbe[] {
  const probes: TelnetProbe[] = [];
  for (let mask = 0; mask < 1 << SECOND.length; mask++)
    for (const ours of ['do', 'dont'] as const) {
      const taken = SECOND.filter((_, at) => (mask & (1 << at)) !== 0);
      const refused = SECOND.filter((_, at) => (mask & (1 << at)) === 0);
      probes.push({
        name: `then ${ours} sga status, takes ${taken.join(' ') || 'nothing'}`,
        steps: [
          refuseFirst,
          all(say(ours, 'sga', 'status'), say('will', ...taken), say('wont', ...refused)),
          window(90, 30),
        ],
      });
    }
  return probes;
}

const opened = [refuseFirst, refuseSecond];

function onceOpen(): TelnetProbe[] {
  const probe = (name: string, ...steps: readonly Buffer[]): TelnetProbe => ({ name, steps: [...opened, ...steps] });
  return [
    ...(['will', 'wont', 'do', 'dont'] as const).flatMap((verb) =>
      [0, 1, 3, 5, 6, 24, 31, 32, 35, 36, 39, 42, 200].map((option) =>
        probe(`${verb} ${option}`, say(verb, option), say(verb, option)),
      ),
    ),
    probe('do logout', say('do', 'logout')),
    probe('are you there', command(246)),
    probe('no operation, go ahead, unknown', command(241, 249, 239)),
    probe('erase character', line('ab'), command(247), line('c\r\n')),
    probe('erase line', line('ab'), command(248), line('c\r\n')),
    probe('a doubled IAC in the name', Buffer.from([97, 255, 255, 98, 13, 10])),
    probe('a line with CR LF', line('nobody\r\n')),
    probe('a line with CR NUL', line('nobody\r\0')),
    probe('a line with CR', line('nobody\r')),
    probe('a line with LF', line('nobody\n')),
    probe('an empty line', line('\r\n')),
    probe('a name with blanks', line('  no body \r\n')),
    probe('a name with editing keys', line('ab\x7fc\x15x y\x17z\r\n')),
    probe('a name with control characters', line('a\x01\x02\x1b[Ab\r\n')),
    probe('a quoted key', line('a\x16\x15b\r\n')),
    probe('a line shown again', line('abc\x12d\r\n')),
    probe('a name and more ahead', line('nobody\r\nsecret\r\nid\r\n')),
    probe('end of file after some letters', line('nob\x04')),
    probe('a long name', line(`${'A'.repeat(300)}\r\n`)),
    probe('binary both ways', all(say('do', 'binary'), say('will', 'binary')), line('nobody\r\n')),
    probe('binary from the client alone', say('will', 'binary'), line('nobody\r'), line('x')),
    probe('kludge line mode', say('will', 'tm'), say('do', 'sga'), line('nobody\r\n')),
    probe('kludge line mode refused', say('wont', 'tm'), line('nobody\r\n')),
    probe('a window without leave', window(90, 30)),
    probe('a window with leave', say('will', 'naws'), window(90, 30)),
    probe('status without leave', sub('status', 1)),
    probe('a terminal afterwards', say('will', 'ttype'), terminal('VT100')),
    probe('a suboption of none', Buffer.from([IAC, 250, IAC, 240])),
    probe('a suboption of an unknown option', Buffer.from([IAC, 250, 99, 1, 2, IAC, 240])),
    probe('a suboption ended by a command', Buffer.from([IAC, 250, 24, 0, 120, IAC, 246])),
    probe(
      'a suboption that is too long',
      all(Buffer.from([IAC, 250, 24, 0]), Buffer.alloc(600, 97), Buffer.from([IAC, 240])),
    ),
  ];
}

function odd(): TelnetProbe[] {
  return [
    { name: 'nothing', steps: [] },
    { name: 'text before anything', steps: [line('nobody\r\nsecret\r\n')] },
    { name: 'text, then all refused', steps: [line('nobody\r\n'), refuseFirst, refuseSecond] },
    { name: 'all refused and text at once', steps: [all(refuseFirst, refuseSecond, line('nobody\r\n'))] },
    { name: 'byte by byte', steps: [...refuseFirst].map((byte) => Buffer.of(byte)) },
    {
      name: 'as Mirai does',
      steps: [
        all(say('do', 'auth', 'encrypt'), say('wont', ...FIRST)),
        all(say('do', 'sga', 'status'), say('wont', ...SECOND)),
      ],
    },
    { name: 'authentication offered', steps: [say('will', 'auth'), say('do', 'auth'), refuseFirst] },
    { name: 'encryption taken', steps: [all(say('do', 'encrypt'), say('wont', ...FIRST)), refuseSecond] },
    {
      name: 'unknown terminals',
      steps: [
        all(say('dont', 'auth', 'encrypt'), say('will', 'ttype'), say('wont', 'tspeed', 'xdisploc', 'environ', 'old')),
        terminal('FOO'),
        terminal('BAR'),
        terminal('BAR'),
        terminal('FOO'),
      ],
    },
    {
      name: 'an unknown terminal, then a known',
      steps: [
        all(say('dont', 'auth', 'encrypt'), say('will', 'ttype'), say('wont', 'tspeed', 'xdisploc', 'environ', 'old')),
        terminal('FOO'),
        terminal('VT220'),
      ],
    },
    {
      name: 'suboptions before they are asked for',
      steps: [
        all(
          say('dont', 'auth', 'encrypt'),
          say('will', 'ttype', 'tspeed'),
          terminal('XTERM'),
          speed,
          say('wont', 'xdisploc', 'environ', 'old'),
        ),
        refuseSecond,
      ],
    },
    {
      name: 'an option taken and given up',
      steps: [
        all(say('dont', 'auth', 'encrypt'), say('will', 'ttype'), say('wont', 'tspeed', 'xdisploc', 'environ', 'old')),
        say('wont', 'ttype'),
        refuseSecond,
      ],
    },
    { name: 'all refused twice', steps: [refuseFirst, refuseFirst, refuseSecond, refuseSecond] },
    {
      name: 'window offered at the beginning',
      steps: [all(say('will', 'naws'), window(100, 40), refuseFirst), refuseSecond],
    },
    {
      name: 'status and flow',
      steps: [
        refuseFirst,
        all(say('do', 'sga', 'status'), say('wont', 'echo', 'linemode'), say('will', 'naws', 'lflow')),
        sub('status', 1),
      ],
    },
    {
      name: 'line mode with its characters',
      steps: [
        refuseFirst,
        all(
          say('do', 'sga', 'status'),
          say('wont', 'echo', 'lflow'),
          say('will', 'linemode', 'naws'),
          sub('linemode', 3, 1, 0, 0, 3, 0x62, 3, 4, 2, 15, 10, 2, 127),
        ),
        say('wont', 'linemode'),
      ],
    },
  ];
}

/** More than a hundred, in no particular order. None fails a login: that would wait for seconds. */
export const TELNET_PROBES: readonly TelnetProbe[] = [...odd(), ...firstPhase(), ...secondPhase(), ...onceOpen()];
