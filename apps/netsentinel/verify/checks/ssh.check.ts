/**
 * SSH as Cowrie and Kippo are recognised: answers to a wrong version, to junk and to an oversized packet, the lists of the key exchange, and names that
 * all their installs share. What the real sshd does was seen at OpenSSH 9.2 of Debian 12.
 */
import {
  ALIKE,
  tell,
  type CheckOutcome,
  type Claim,
  type ProtocolChecks,
  type VerifyCheck,
  type VerifyTarget,
} from '../verify.types.ts';

const KEXINIT = 20;
/** In OpenSSH since 7.0 or 7.4 off by default; Cowrie and old Twisted offer them. */
const WITHDRAWN =
  /^(?:diffie-hellman-group1-sha1|diffie-hellman-group-exchange-sha1|ssh-dss|3des-cbc|blowfish-cbc|cast128-cbc|arcfour|aes(?:128|192|256)-cbc|hmac-md5(?:-96)?|hmac-sha1-96|hmac-ripemd160)$/;

/** Key exchange methods as these versions offer them: one packet tells which it is. */
const KEX_OF: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^OpenSSH_9\.[0-9]p1/, ['sntrup761x25519-sha512', 'sntrup761x25519-sha512@openssh.com']],
  [/^OpenSSH_8\.9p1/, ['curve25519-sha256']],
  [/^OpenSSH_8\.7$/, ['curve25519-sha256']],
];

async function banner(target: VerifyTarget): Promise<string> {
  const probe = await target.connect();
  return (await probe.read((bytes) => bytes.includes(10))).toString('latin1').trimEnd();
}

/** The server's lists, after it was told a version of ours. */
async function lists(target: VerifyTarget): Promise<{ cookie: Buffer; names: string[][] } | undefined> {
  const probe = await target.connect();
  probe.send('SSH-2.0-OpenSSH_9.6\r\n');
  const bytes = await probe.read((all) => {
    const at = all.indexOf(10) + 1;
    return at > 0 && all.length >= at + 4 && all.length >= at + 4 + all.readUInt32BE(at);
  });
  const packet = bytes.subarray(bytes.indexOf(10) + 1);
  if (packet.length < 30 || packet[5] !== KEXINIT) return undefined;
  const names: string[][] = [];
  for (let at = 22; names.length < 10 && at + 4 <= packet.length;) {
    const length = packet.readUInt32BE(at);
    names.push(packet.toString('latin1', at + 4, at + 4 + length).split(','));
    at += 4 + length;
  }
  return { cookie: Buffer.from(packet.subarray(6, 22)), names };
}

interface Answer {
  /** What came after the version, before the bytes were sent. */
  readonly before: string;
  readonly text: string;
  readonly raw: Buffer;
  readonly ended: boolean;
}

/** What comes back for these bytes after the version. */
async function answer(target: VerifyTarget, bytes: string | Uint8Array, version = ''): Promise<Answer> {
  const probe = await target.connect();
  await probe.read((all) => all.includes(10));
  let before = '';
  if (version !== '') {
    probe.send(version);
    before = (await probe.read((all) => all.length > 5, 2_000)).toString('latin1');
  }
  probe.send(bytes);
  const raw = await probe.readAll(2_500);
  return { before, raw, text: raw.toString('latin1'), ended: probe.ended };
}

async function claims(target: VerifyTarget): Promise<readonly Claim[]> {
  const found = /(Ubuntu|Debian|FreeBSD|Raspbian|for_Windows)/.exec(await banner(target))?.[1];
  return found === undefined ? [] : [{ about: 'distribution', value: found.toLowerCase() }];
}

const INVALID = 'Invalid SSH identification string.\r\n';

/** What sshd says to this line before it ends the connection. */
function refusal(id: string, title: string, weight: number, line: string, words: string): VerifyCheck {
  return {
    id,
    title,
    weight,
    async run(target) {
      const { text, ended } = await answer(target, line);
      if (text !== words) return tell(`it answers ${JSON.stringify(text.slice(0, 60))}, not ${JSON.stringify(words)}`);
      return ended ? ALIKE : tell('it stays connected; sshd ends');
    },
  };
}

export const sshChecks: ProtocolChecks = {
  types: ['ssh'],
  claims,
  checks: [
    {
      id: 'ssh-banner',
      title: 'its version is the one that the persona has',
      weight: 60,
      async run(target) {
        const said = await banner(target);
        return said === `SSH-2.0-${target.persona.ssh.software}` ? ALIKE : tell(`it says ${said.slice(0, 80)}`);
      },
    },
    refusal(
      'ssh-bad-version',
      'a version that does not exist (Kippo, Cowrie: "bad version")',
      90,
      'SSH-1337-OpenSSH_9.0\r\n',
      INVALID,
    ),
    refusal(
      'ssh-old-version',
      'version 1.5 of the protocol',
      60,
      'SSH-1.5-OpenSSH_3.9\r\n',
      'Protocol major versions differ.\r\n',
    ),
    refusal('ssh-no-version', 'a line that is no version', 70, 'GET / HTTP/1.0\r\n\r\n', INVALID),
    {
      id: 'ssh-newlines',
      title: 'a version and eight empty lines (the test for Kippo)',
      weight: 80,
      async run(target) {
        const { before, text } = await answer(target, `\n\n\n\n\n\n\n\n`, 'SSH-2.0-OpenSSH_5.1p1 Debian-5\r\n');
        return /protocol mismatch|bad packet length \d|packet_length/i.test(`${before}${text}`)
          ? tell(`it answers ${JSON.stringify(`${before}${text}`.replaceAll(/[^\x20-\x7e]/g, '.').slice(0, 60))}`)
          : ALIKE;
      },
    },
    {
      id: 'ssh-oversized-packet',
      title: 'a packet of four gigabytes (Twisted names the length, sshd does not)',
      weight: 80,
      async run(target): Promise<CheckOutcome> {
        const { raw, text, ended } = await answer(
          target,
          Buffer.from('ffffffff0a14000000000000', 'hex'),
          'SSH-2.0-OpenSSH_9.6\r\n',
        );
        if (/4294967295|bad packet length/.test(text)) return tell('its farewell names the length, as Twisted does');
        if (raw.length > 0) return tell(`it answers ${raw.length} bytes; sshd ends without a word`);
        return ended ? ALIKE : tell('it stays connected; sshd ends');
      },
    },
    {
      id: 'ssh-withdrawn-algorithms',
      title: 'algorithms that sshd of this age no longer offers',
      weight: 80,
      async run(target) {
        const found = (await lists(target))?.names.flat().filter((name) => WITHDRAWN.test(name)) ?? [];
        return found.length === 0 ? ALIKE : tell(`it offers ${[...new Set(found)].join(', ')}`);
      },
    },
    {
      id: 'ssh-kex-order',
      title: 'key exchange methods in the order of the version that it claims',
      weight: 60,
      async run(target) {
        const offered = await lists(target);
        if (offered === undefined) return tell('it sends no KEXINIT');
        const { software } = target.persona.ssh;
        const first = KEX_OF.find(([version]) => version.test(software))?.[1];
        if (first === undefined) return { result: 'skipped', reason: `no list of ${software} is known here` };
        const [kex = []] = offered.names;
        return first.includes(kex[0] ?? '')
          ? ALIKE
          : tell(`its first method is ${kex[0]}, that of ${software} is ${first.at(-1)}`);
      },
    },
    {
      id: 'ssh-kex-complete',
      title: 'lists that Twisted leaves out: strict key exchange, delayed compression, no languages',
      weight: 50,
      async run(target) {
        const names = (await lists(target))?.names ?? [];
        if (names[0]?.includes('kex-strict-s-v00@openssh.com') !== true) return tell('strict key exchange is missing');
        if (names[6]?.join() !== 'none,zlib@openssh.com') return tell(`it offers compression ${names[6]?.join()}`);
        return names[8]?.join('') === '' ? ALIKE : tell('it offers languages');
      },
    },
    {
      id: 'ssh-cookie',
      title: 'a random cookie each time',
      weight: 70,
      async run(target) {
        const [a, b] = [await lists(target), await lists(target)];
        return a !== undefined && b !== undefined && !a.cookie.equals(b.cookie)
          ? ALIKE
          : tell('two connections got the same cookie');
      },
    },
  ],
};
