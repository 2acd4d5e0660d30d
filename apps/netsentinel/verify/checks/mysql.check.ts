/**
 * MySQL and MariaDB as Dionaea, OpenCanary and Heralding are recognised: a fixed salt or thread, an old version, a plugin or character set that the version
 * never has, an error without its code. Protocol::HandshakeV10 of MySQL's internals manual.
 */
import {
  ALIKE,
  firstTell,
  quoted,
  tell,
  type CheckOutcome,
  type Claim,
  type ProtocolChecks,
  type VerifyTarget,
} from '../verify.types.ts';
import { failureTimes, judgeTimes } from './failed-logins.ts';

interface Greeting {
  readonly version: string;
  readonly thread: number;
  readonly salt: Buffer;
  readonly charset: number;
  readonly plugin: string;
}

const isPacket = (bytes: Buffer): boolean => bytes.length > 4 && bytes.length >= 4 + bytes.readUIntLE(0, 3);

function parseGreeting(bytes: Buffer): Greeting | undefined {
  if (!isPacket(bytes) || bytes[4] !== 10) return undefined;
  const end = bytes.indexOf(0, 5);
  if (end < 0 || bytes.length < end + 45) return undefined;
  const rest = bytes.indexOf(0, end + 32);
  const plugin = bytes.subarray(rest + 1);
  return {
    version: bytes.toString('latin1', 5, end),
    thread: bytes.readUInt32LE(end + 1),
    salt: Buffer.concat([bytes.subarray(end + 5, end + 13), bytes.subarray(end + 32, end + 44)]),
    charset: bytes[end + 16]!,
    plugin: plugin.toString('latin1', 0, Math.max(0, plugin.indexOf(0))),
  };
}

async function greeting(target: VerifyTarget): Promise<Greeting | undefined> {
  return parseGreeting(await (await target.connect()).read(isPacket));
}

function packet(sequence: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([body.length & 255, (body.length >> 8) & 255, 0, sequence]), body]);
}

const USER = 'nobody_of_this_name';

/** A login with a wrong password; the last packet of the server, which is its verdict. */
async function fail(target: VerifyTarget, passed: () => void = () => {}): Promise<Buffer> {
  const probe = await target.connect();
  const first = parseGreeting(await probe.read(isPacket));
  const plugin = first?.plugin ?? 'mysql_native_password';
  const proof = Buffer.alloc(plugin === 'caching_sha2_password' ? 32 : 20, 0x5a);
  // CLIENT_LONG_PASSWORD | PROTOCOL_41 | SECURE_CONNECTION | PLUGIN_AUTH
  const head = Buffer.alloc(32);
  head.writeUInt32LE(0x0008_8201, 0);
  head.writeUInt32LE(1 << 24, 4);
  head[8] = 33;
  const body = Buffer.concat([
    head,
    Buffer.from(`${USER}\0`),
    Buffer.from([proof.length]),
    proof,
    Buffer.from(`${plugin}\0`),
  ]);
  probe.send(packet(1, body));
  passed();
  let answer = await probe.read(isPacket);
  for (let turn = 0; turn < 3 && (answer[4] === 0xfe || answer[4] === 1); turn++) {
    // Another plugin, or the whole password: what comes is wrong in any case.
    const length = answer[4] === 0xfe && answer.toString('latin1', 5).startsWith('caching') ? 32 : 20;
    // caching_sha2 asks for the password in the clear; without TLS the client asks for a key, and gives up with junk after it.
    probe.send(
      packet(
        (answer[3]! + 1) & 255,
        answer[4] === 1 && answer[5] === 4 ? Buffer.from([2]) : Buffer.alloc(answer[4] === 1 ? 256 : length, 0x5a),
      ),
    );
    answer = await probe.read(isPacket);
  }
  return answer;
}

async function claims(target: VerifyTarget): Promise<readonly Claim[]> {
  const found = /ubuntu|debian|\+deb\d/i.exec((await greeting(target))?.version ?? '')?.[0];
  return found === undefined ? [] : [{ about: 'distribution', value: /ubuntu/i.test(found) ? 'ubuntu' : 'debian' }];
}

export const mysqlChecks: ProtocolChecks = {
  types: ['mysql'],
  claims,
  checks: [
    {
      id: 'mysql-version',
      title: 'the version that the machine has, with the plugin and the character set of that version',
      weight: 60,
      async run(target): Promise<CheckOutcome> {
        const first = await greeting(target);
        if (first === undefined) return tell('its greeting is none');
        const { version, plugin, charset } = first;
        const is8 = /^8\.|^9\./.test(version);
        const isMaria = version.includes('MariaDB');
        return firstTell(
          target.description.version !== '' &&
            !version.startsWith(target.description.version) &&
            `it says ${quoted(version)}; the machine has ${target.description.version}`,
          is8 &&
            plugin !== 'caching_sha2_password' &&
            `MySQL ${version} begins with caching_sha2_password, it with ${quoted(plugin)}`,
          (isMaria || /^5\.[5-7]\./.test(version)) &&
            plugin !== 'mysql_native_password' &&
            `${version} begins with mysql_native_password, it with ${quoted(plugin)}`,
          is8 && charset !== 255 && `MySQL 8 has character set 255, it ${charset}`,
          isMaria && ![8, 33, 45, 224].includes(charset) && `it has character set ${charset}`,
        );
      },
    },
    {
      id: 'mysql-salt',
      title: 'another salt for each connection, of bytes that a server draws',
      weight: 90,
      async run(target) {
        const [first, second] = [await greeting(target), await greeting(target)];
        if (first === undefined || second === undefined) return tell('its greeting is none');
        const salts = [first.salt, second.salt];
        return firstTell(
          first.salt.equals(second.salt) && 'two connections got the same salt',
          salts.some((salt) => new Set(salt).size < 6) && `its salt is ${quoted(first.salt.toString('latin1'))}`,
          salts.some((salt) => salt.some((byte) => byte === 0 || byte === 36 || byte > 127)) &&
            'its salt has bytes that MySQL never draws (0, $ or above 127)',
        );
      },
    },
    {
      id: 'mysql-thread',
      title: 'thread numbers that go up by what others connect meanwhile',
      weight: 70,
      async run(target) {
        const [first, second] = [(await greeting(target))?.thread ?? 0, (await greeting(target))?.thread ?? 0];
        return firstTell(
          first === second && `two connections are thread ${first}`,
          second < first && `thread ${first} was followed by ${second}`,
          second - first > 10_000 && `thread ${first} was followed by ${second}`,
          first > 2 ** 31 && `its thread is number ${first}`,
        );
      },
    },
    {
      id: 'mysql-access-denied',
      title: 'a failed login: error 1045, state 28000, and who it was from where',
      weight: 60,
      async run(target) {
        const answer = await fail(target);
        const text = answer.toString('latin1', 7);
        const words = new RegExp(`^#28000Access denied for user '${USER}'@'[^']+' \\(using password: YES\\)$`);
        return answer[4] === 0xff && answer.readUInt16LE(5) === 1045 && words.test(text)
          ? ALIKE
          : tell(`it answers ${quoted(answer.toString('latin1', 4), 120)}`);
      },
    },
    {
      id: 'mysql-bad-packet',
      title: 'bytes that are no login: "Bad handshake", or out of order',
      weight: 40,
      async run(target) {
        const probe = await target.connect();
        await probe.read(isPacket);
        probe.send(packet(1, Buffer.from([1, 2])));
        const answer = await probe.readAll(2_500);
        const code = answer.length > 7 && answer[4] === 0xff ? answer.readUInt16LE(5) : 0;
        return firstTell(
          ![1043, 1156, 1158, 1045].includes(code) &&
            `it answers ${answer.length === 0 ? 'nothing' : quoted(answer.toString('latin1', 4))}`,
          !probe.ended && 'it stays connected',
        );
      },
    },
    {
      id: 'mysql-failure-time',
      title: 'a failed login is answered at once',
      weight: 20,
      async run(target) {
        const times = await failureTimes(3, async (passed) => (await fail(target, passed))[4] === 0xff);
        return judgeTimes(times, { least: 0, most: 500, varies: false });
      },
    },
  ],
};
