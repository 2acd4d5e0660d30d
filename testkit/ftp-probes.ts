/**
 * What is put to an FTP server to compare it with another: sessions of commands, run one step at a time, with the data connections that they need.
 * A step is a line to send; after `pasv:` or `epsv:` with a data connection opened for it, and `put:` where that connection carries `content` up.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';

export interface FtpProbe {
  readonly name: string;
  readonly steps: readonly string[];
}

export interface FtpAnswer {
  readonly step: string;
  /** All replies to it, data between `<<` and `>>`; `EOF` where the connection ended, `SILENT` where nothing came. */
  readonly reply: string;
}

const QUIET_MS = 4000;
const LOGIN = ['USER tester', 'PASS secret'];
const CONTENT = 'first line\r\nsecond line\r\n';

/** Everything that the two known servers know, and much that they do not. */
const VERBS =
  'ABOR ACCT ADAT ALLO APPE AUTH AVBL CCC CDUP CLNT CONF CSID CWD DELE EPRT EPSV ENC ESTA FEAT HELP HOST LANG LIST LPRT LPSV MDTM MFF MFMT MIC MKD MLSD MLST MODE NLST NOOP OPTS PASS PASV PBSZ PORT PROT PWD QUIT RANG REIN REST RETR RMD RNFR RNTO SITE SIZE SMNT STAT STOR STOU STRU SYST TYPE USER XCRC XCUP XCWD XMD5 XMKD XPWD XRMD XSHA1 GET FOO'.split(
    ' ',
  );

const ARGUMENTS = [
  'TYPE A|TYPE A N|TYPE I|TYPE L 8|TYPE L8|TYPE L 7|TYPE E|TYPE X|TYPE a|TYPE i|type I',
  'MODE S|MODE B|MODE C|MODE s|STRU F|STRU R|STRU P|STRU f',
  'REST 0|REST 100|REST -1|REST abc|REST 99999999999999999999|REST 12x|RANG 1 2|RANG 5|RANG x y',
  'ALLO|ALLO 100|ALLO 100 R 5|ACCT foo|SMNT /|REIN',
  'PWD foo|XPWD|NOOP foo|SYST foo|noop|NoOp|  NOOP|NOOP |NO',
  'CWD docs|PWD|CWD ..|PWD|CDUP|PWD|CWD /|PWD|CDUP|PWD|CWD ~|PWD|CWD ~tester|PWD',
  'CWD nowhere|CWD hello.txt|CWD /root|CWD /etc/|PWD|CWD /home/./tester//docs/|PWD|XCWD /tmp|XCUP|PWD|CWD -|CWD ../../..|PWD|CWD %s%n',
  'SIZE hello.txt|SIZE docs|SIZE nowhere|SIZE big.bin|SIZE /root/.bashrc|TYPE I|SIZE hello.txt|SIZE big.bin|SIZE link',
  'MDTM hello.txt|MDTM docs|MDTM nowhere|MDTM 20200102030405 hello.txt|MDTM hello.txt|MDTM 2020 hello.txt|MDTM link|MFMT 20210102030405 hello.txt|MDTM hello.txt|MFMT 2021 hello.txt|MFMT 20210102030405 nowhere|MFF modify=20220102030405; hello.txt|MFF UNIX.mode=0640; hello.txt|MFF x=y; hello.txt',
  'MLST|MLST hello.txt|MLST docs|MLST nowhere|MLST /home/tester/docs/notes.md|MLST link|OPTS MLST type;size;|MLST hello.txt|OPTS MLST|OPTS MLST foo;|MLST hello.txt',
  'OPTS UTF8 ON|OPTS UTF8 OFF|OPTS utf8 on|OPTS UTF8|OPTS FOO|OPTS FOO bar|OPTS MLST type|LANG|LANG en|LANG en-US|LANG de|CLNT test|CSID Name=test|HOST localhost|HOST example.com',
  'MKD new|MKD new|XMKD new/sub|MKD /root/x|MKD a"b|PWD|CWD a"b|PWD|CDUP|RMD a"b|RMD new|RMD new/sub|RMD new|RMD nowhere|RMD hello.txt|XRMD /etc|MKD nowhere/x',
  'DELE nowhere|DELE docs|DELE /etc/passwd|DELE /root/.profile|DELE',
  'RNFR nowhere|RNFR hello.txt|RNTO hallo.txt|RNTO again|SIZE hallo.txt|RNFR hallo.txt|RNTO nowhere/x|RNFR hallo.txt|RNTO /etc/x|RNFR hallo.txt|NOOP|RNTO other|RNFR docs|RNTO dox|CWD dox',
  'SITE|SITE HELP|SITE FOO|SITE CHMOD|SITE CHMOD 600|SITE CHMOD 600 hello.txt|SITE CHMOD 0777 hello.txt|SITE CHMOD 888 hello.txt|SITE CHMOD 600 nowhere|SITE CHMOD u+x hello.txt|SITE CHMOD 600 /etc/passwd|SITE chmod 644 hello.txt',
  'SITE UMASK|SITE UMASK 022|SITE UMASK 077|SITE UMASK 999|SITE UMASK|SITE IDLE|SITE EXEC id|SITE WHO|SITE INDEX x|SITE GROUP x|SITE QUOTA|SITE RATIO|SITE CPFR /etc/passwd|SITE CPTO copy|SIZE copy|SITE CPTO x|SITE CPFR /root/.bashrc|SITE CPFR nowhere|SITE MKDIR x|SITE RMDIR x|SITE SYMLINK hello.txt s|SITE UTIME 20200102030405 hello.txt|SITE CHGRP tester hello.txt|SITE CHGRP root hello.txt|SITE CHGRP nogroup',
  'STAT|STAT hello.txt|STAT docs|STAT nowhere|STAT /home|STAT -l docs|STAT *.txt|STAT -a',
  'HELP|HELP USER|HELP LIST|HELP FOO|HELP SITE|HELP site|FEAT foo|help retr|HELP RANG|HELP CWD|HELP PASV|HELP OPTS|HELP STOR|HELP MFF|HELP HOST',
  'PORT 127,0,0,1,0,1#PORT 10,1,2,3,4,5#LIST#PORT 127,0,0,1,200#PORT a,b,c,d,e,f#PORT 256,0,0,1,1,1#PORT 127.0.0.1.4.5#PORT 127,0,0,1,0,0#PORT 127,0,0,1,200,1#LIST#LIST#PORT 127,0,0,1,4,0,9#PORT 127,0,0,1,4,0 #EPRT |1|127.0.0.1|1|#EPRT |1|10.0.0.1|4000|#EPRT |2|::1|5000|#EPRT |3|x|1|#EPRT foo#EPRT !1!127.0.0.1!5000!#EPRT |1|127.0.0.1|5000|#EPRT |1|127.0.0.1|80|#EPRT |1|127.0.0.1|99999|#EPRT ||||',
  'EPSV 1#EPSV 2#EPSV 3#EPSV x#EPSV ALL#PASV#PORT 127,0,0,1,4,5#EPRT |1|127.0.0.1|5000|#EPSV',
  'LIST|NLST|RETR hello.txt|STOR x|APPE x|STOU|MLSD|RETR|STOR',
  'USER tester|USER root|PASS x|USER anonymous|PASS secret|USER',
  'ABOR|ABOR foo|PASV foo|EPSV foo|LPSV|LPRT 4,4,127,0,0,1,2,4,5',
  'AUTH|AUTH TLS|AUTH SSL|AUTH FOO|PBSZ 0|PROT P|PROT C|CCC|ADAT x|ENC x|MIC x|CONF x',
  'XCRC hello.txt|XMD5 hello.txt|XSHA1 hello.txt|HASH hello.txt|MD5 hello.txt|CPSV|SSCN|XSHA256 hello.txt|THMB|AVBL|COMB a b|DSIZ .|TVFS|EXEC ls|RCMD',
];

const DATA = [
  'pasv:LIST|pasv:LIST docs|pasv:LIST nowhere|pasv:LIST hello.txt|pasv:LIST -a|pasv:LIST -la|pasv:LIST -l docs|pasv:LIST *.txt|pasv:LIST /home|pasv:LIST link|pasv:LIST -R|pasv:LIST -t|pasv:LIST -x',
  'pasv:NLST|pasv:NLST docs|pasv:NLST nowhere|pasv:NLST *.txt|pasv:NLST -a|pasv:NLST hello.txt|pasv:NLST -l|pasv:NLST /home',
  'epsv:LIST|epsv:NLST|epsv:RETR hello.txt|EPSV ALL|epsv:LIST',
  'pasv:RETR hello.txt|pasv:RETR big.bin|pasv:RETR nowhere|pasv:RETR docs|pasv:RETR /root/.bashrc|pasv:RETR link|TYPE I|pasv:RETR hello.txt|pasv:RETR big.bin|REST 2990|pasv:RETR big.bin|REST 6|pasv:RETR hello.txt|REST 100|pasv:RETR hello.txt|RANG 1 3|pasv:RETR hello.txt',
  'put:STOR up.txt|SIZE up.txt|TYPE I|SIZE up.txt|pasv:RETR up.txt|put:STOR bin|SIZE bin|put:APPE bin|SIZE bin|REST 5|put:STOR bin|SIZE bin|pasv:RETR bin|put:STOU|put:STOU named|put:STOR /root/x|put:STOR nowhere/x|put:STOR docs|put:APPE new.txt|DELE new.txt|pasv:LIST up.txt',
  'pasv:MLSD|pasv:MLSD docs|pasv:MLSD nowhere|pasv:MLSD hello.txt',
  'PASV|NOOP|PASV|EPSV|RETR nowhere|STOR /root/x',
  'pasv:STAT|pasv:NOOP|pasv:ABOR|pasv:LIST',
  'CWD docs|pasv:LIST|pasv:LIST ..|pasv:NLST ..|pasv:LIST ../docs/notes.md|pasv:NLST -la|pasv:LIST notes.md nowhere',
  'SITE CHMOD 000 docs|pasv:LIST docs|CWD docs|SITE CHMOD 755 docs|SITE CHMOD 4755 hello.txt|SITE CHMOD 1777 docs|pasv:LIST',
  'MKD dir with space|pasv:LIST|CWD dir with space|PWD|pasv:LIST ../dir with space|CDUP|RMD dir with space',
];

const BEFORE_LOGIN = [
  ...VERBS.map((verb) => `before login: ${verb}`),
  'USER',
  'USER nobody#PASS x',
  'USER root#PASS root',
  'USER tester#PASS wrong#USER tester#PASS secret',
  'USER tester#PASS wrong#PASS secret',
  'USER anonymous#PASS a@b.c',
  'USER ftp#PASS ftp',
  'USER ftp',
  'USER tester#USER tester#PASS secret',
  'USER tester#NOOP#PASS secret',
  'USER tester#PASS#PASS secret',
  'user tester#pass secret',
  'PASS secret#PASS secret',
  'USER tester#PASS 1#USER tester#PASS 2#USER tester#PASS 3#USER tester#PASS 4',
  'USER %n%s%n#PASS %n',
  `USER ${'A'.repeat(300)}#PASS x`,
  `USER ${'A'.repeat(5000)}`,
  'A'.repeat(5000),
  'GET / HTTP/1.0',
  '\\x16\\x03\\x01\\x00\\x05',
  'USER tester\\x00x#PASS secret',
  'USER tester #PASS secret',
  'USER  tester#PASS secret',
  '\\xff\\xfbUSER tester#PASS secret',
  'USER :)#PASS x',
  'USER tester:)#PASS secret',
  'HELP ACIDBITCHEZ',
  'SITE CPFR /etc/passwd#SITE CPTO /tmp/passwd',
  '',
  ' ',
  '\\r',
  'QUIT#NOOP',
  'AUTH TLS',
  'STAT#FEAT#SYST#HELP',
];

export const FTP_PROBES: readonly FtpProbe[] = [
  ...BEFORE_LOGIN.map((text) => ({ name: text.slice(0, 60), steps: split(text.replace(/^before login: /, '')) })),
  ...VERBS.filter((verb) => verb !== 'QUIT' && verb !== 'REIN').map((verb) => ({
    name: `after login: ${verb}`,
    steps: [...LOGIN, verb],
  })),
  ...[...ARGUMENTS, ...DATA].map((text) => ({ name: text.slice(0, 60), steps: [...LOGIN, ...split(text)] })),
];

function split(text: string): string[] {
  return text
    .split(text.includes('#') ? '#' : '|')
    .map((step) =>
      step
        .replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
        .replace(/\\r/g, '\r'),
    );
}

/** What is probed, however it is reached. */
export interface FtpUnderTest {
  /** To its own port, or to one that it offered. */
  connect(port?: number): Duplex;
  connected(stream: Duplex): Promise<unknown>;
  /** Whoever says nothing for so long will say nothing. */
  readonly quietMs: number;
}

function overLoopback(own: number): FtpUnderTest {
  return {
    connect: (port = own) => connect(port, '127.0.0.1'),
    connected: (stream) => once(stream, 'connect').catch(() => {}),
    quietMs: QUIET_MS,
  };
}

/** The banner is the first answer. */
export async function runFtpProbe(server: FtpUnderTest | number, probe: FtpProbe): Promise<readonly FtpAnswer[]> {
  const tested = typeof server === 'number' ? overLoopback(server) : server;
  const control = new Replies(tested.connect(), tested.quietMs);
  const answers: FtpAnswer[] = [{ step: '', reply: await control.next() }];
  try {
    for (const step of probe.steps) {
      const reply = await take(control, step, tested);
      answers.push({ step, reply: /NLST|MLSD/.test(step) ? inOrder(steady(reply)) : steady(reply) });
      if (reply.includes('EOF') || reply.endsWith('SILENT')) break;
    }
  } finally {
    control.socket.destroy();
  }
  return answers;
}

async function take(control: Replies, step: string, tested: FtpUnderTest): Promise<string> {
  const [, how, command] = /^(pasv|epsv|put):(.*)$/s.exec(step) ?? [];
  if (how === undefined) {
    control.send(step);
    return control.next();
  }
  control.send(how === 'epsv' ? 'EPSV' : 'PASV');
  const offer = await control.next();
  const six = /\((\d+),(\d+),(\d+),(\d+),(\d+),(\d+)\)/.exec(offer);
  const port = six === null ? Number(/\|\|\|(\d+)\|/.exec(offer)?.[1]) : Number(six[5]) * 256 + Number(six[6]);
  if (!Number.isInteger(port)) return offer;
  const data = tested.connect(port);
  data.on('error', () => {});
  await tested.connected(data);
  const chunks: Buffer[] = [];
  data.on('data', (chunk: Buffer) => chunks.push(chunk));
  const closed = new Promise<void>((resolve) => data.once('end', resolve).once('close', resolve));
  control.send(command!);
  let reply = await control.next();
  if (/^1\d\d /m.test(reply)) {
    if (how === 'put') data.end(CONTENT);
    reply += await control.next();
    await Promise.race([closed, pause(tested.quietMs)]);
    reply += `<<${Buffer.concat(chunks).toString('latin1')}>>`;
  }
  data.destroy();
  return offer + reply;
}

/** Without what differs from one run to the next: ports, and the time of what was made just now. */
function steady(reply: string): string {
  return reply
    .replace(/\((\d+,\d+,\d+,\d+),\d+,\d+\)/g, '($1,PORT)')
    .replace(/\(\|\|\|\d+\|\)/g, '(|||PORT|)')
    .replace(/\b[A-Z][a-z]{2} [ \d]\d \d\d:\d\d\b/g, 'NOW')
    .replace(/client count was \d+/, 'client count was N')
    .replace(/root@\S+/g, 'root@HOST')
    .replace(/FILE: ftp\w{6}/, 'FILE: UNIQUE')
    .replace(/drwxr-xr-x +\d+ (?:0|root) .* \.\.$/gm, 'ROOT FOLDER ..')
    .replace(/unique=\w+;/g, 'unique=ID;')
    .replace(/modify=20(?:2[6-9]|[3-9]\d)\d{10};/g, 'modify=NOW;')
    .replace(/\b[A-Za-z0-9]{6}(?=\r?$)/gm, (word) => (/\d/.test(word) && /[a-z]/i.test(word) ? 'RANDOM' : word));
}

/** Folders have no order of their own: what comes unsorted is compared sorted. */
function inOrder(reply: string): string {
  return reply.replace(/<<(.*)>>/s, (_, data: string) => `<<${data.split('\r\n').toSorted().join('\r\n')}>>`);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Whole replies out of a control connection. */
class Replies {
  readonly socket: Duplex;
  readonly #quietMs: number;
  #text = '';
  #over = false;
  #wake: (() => void) | undefined;

  constructor(socket: Duplex, quietMs: number) {
    this.socket = socket;
    this.#quietMs = quietMs;
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString('latin1');
      this.#wake?.();
    });
    socket.on('close', () => {
      this.#over = true;
      this.#wake?.();
    });
    socket.on('end', () => {
      this.#over = true;
      this.#wake?.();
    });
  }

  send(line: string): void {
    this.socket.write(`${line}\r\n`, 'latin1');
  }

  async next(): Promise<string> {
    const until = performance.now() + this.#quietMs;
    for (;;) {
      const end = endOfReply(this.#text);
      if (end > 0) {
        const reply = this.#text.slice(0, end);
        this.#text = this.#text.slice(end);
        return reply;
      }
      if (this.#over) return `${this.#text}EOF`;
      const left = until - performance.now();
      if (left <= 0) return `${this.#text}SILENT`;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

/** Where the first reply ends: RFC 959 4.2, its last line is the code of the first and a space. */
function endOfReply(text: string): number {
  let code: string | undefined;
  let at = 0;
  for (;;) {
    const end = text.indexOf('\n', at);
    if (end < 0) return 0;
    const line = text.slice(at, end);
    at = end + 1;
    const [, number, mark] = /^(\d{3})([ -])/.exec(line) ?? [];
    if (number === undefined) continue;
    code ??= number;
    if (number === code && mark === ' ') return at;
  }
}

/** All answers to all probes as text, to be kept and compared with. */
export function answersText(answers: ReadonlyMap<string, readonly FtpAnswer[]>): string {
  const lines: string[] = [];
  for (const [name, all] of answers) {
    lines.push(`# ${JSON.stringify(name)}`);
    for (const { step, reply } of all) lines.push(`${JSON.stringify(step.slice(0, 80))} ${JSON.stringify(reply)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** A probe's name among all: several begin alike. */
export function probeKey(probe: FtpProbe): string {
  return `${FTP_PROBES.indexOf(probe)} ${probe.name}`;
}

/** What logs in nowhere may run side by side. */
export function isEarlyProbe({ name }: FtpProbe): boolean {
  return !name.startsWith('after login') && !name.includes('|');
}
