/** PostgreSQL as Heralding and other imitations are recognised: passwords in the clear, errors without their fields, nonces that repeat. Message formats: chapter 55 of PostgreSQL's manual. */
import { ALIKE, firstTell, quoted, tell, type ProtocolChecks, type VerifyTarget } from '../verify.types.ts';
import type { Probe } from '../probe.ts';
import { failureTimes, judgeTimes } from './failed-logins.ts';

const USER = 'nobody_of_this_name';
const isMessage = (bytes: Buffer): boolean => bytes.length >= 5 && bytes.length >= 1 + bytes.readUInt32BE(1);

function startup(version: number, parameters: Readonly<Record<string, string>>): Buffer {
  const text = Buffer.from(
    `${Object.entries(parameters)
      .map(([key, value]) => `${key}\0${value}\0`)
      .join('')}\0`,
    'latin1',
  );
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + text.length, 0);
  head.writeUInt32BE(version, 4);
  return Buffer.concat([head, text]);
}

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5, type, 'latin1');
  head.writeUInt32BE(4 + body.length, 1);
  return Buffer.concat([head, body]);
}

/** The fields of an ErrorResponse, by their letter. */
function fields(answer: Buffer): Map<string, string> {
  if (answer[0] !== 0x45) return new Map();
  const parts = answer.toString('utf8', 5, 1 + answer.readUInt32BE(1)).split('\0');
  return new Map(parts.filter((part) => part !== '').map((part) => [part[0]!, part.slice(1)]));
}

async function begin(target: VerifyTarget): Promise<{ probe: Probe; asked: Buffer }> {
  const probe = await target.connect();
  probe.send(startup(0x3_0000, { user: USER, database: 'postgres' }));
  return { probe, asked: await probe.read(isMessage) };
}

/** A login that fails: what the server says in the end. */
async function fail(target: VerifyTarget, passed: () => void = () => {}): Promise<Buffer> {
  const { probe, asked } = await begin(target);
  const kind = asked[0] === 0x52 ? asked.readUInt32BE(5) : 0;
  if (kind === 10) {
    const nonce = 'n,,n=*,r=rOprNGfwEbeRWgbNEkqO';
    const length = Buffer.alloc(4);
    length.writeUInt32BE(nonce.length);
    probe.send(message('p', Buffer.concat([Buffer.from('SCRAM-SHA-256\0'), length, Buffer.from(nonce)])));
    const challenge = (await probe.read(isMessage)).toString('latin1', 9);
    const server = /r=([^,]+)/.exec(challenge)?.[1] ?? '';
    passed();
    probe.send(message('p', Buffer.from(`c=biws,r=${server},p=${Buffer.alloc(32, 7).toString('base64')}`)));
    return probe.read(isMessage);
  }
  passed();
  if (kind === 5 || kind === 3) probe.send(message('p', Buffer.from(`md5${'0'.repeat(32)}\0`)));
  return kind === 0 ? asked : probe.read(isMessage);
}

async function nonce(target: VerifyTarget): Promise<string> {
  const { probe, asked } = await begin(target);
  if (asked[0] !== 0x52 || asked.readUInt32BE(5) !== 10) return asked.toString('hex', 9, 13);
  const first = 'n,,n=*,r=rOprNGfwEbeRWgbNEkqO';
  const length = Buffer.alloc(4);
  length.writeUInt32BE(first.length);
  probe.send(message('p', Buffer.concat([Buffer.from('SCRAM-SHA-256\0'), length, Buffer.from(first)])));
  return (await probe.read(isMessage)).toString('latin1', 9);
}

export const postgresChecks: ProtocolChecks = {
  types: ['postgres'],
  checks: [
    {
      id: 'postgres-ssl',
      title: 'the request for TLS is answered with one letter',
      weight: 50,
      async run(target) {
        const probe = await target.connect();
        probe.send(Buffer.from('0000000804d2162f', 'hex'));
        const said = (await probe.read()).toString('latin1');
        return said === 'S' || said === 'N' ? ALIKE : tell(`it answers ${quoted(said)}`);
      },
    },
    {
      id: 'postgres-method',
      title: 'a method of today: no password is asked for in the clear (Heralding)',
      weight: 70,
      async run(target) {
        const { asked } = await begin(target);
        const kind = asked[0] === 0x52 ? asked.readUInt32BE(5) : -1;
        return firstTell(
          kind === 3 && 'it asks for the password in the clear',
          kind === -1 && asked[0] !== 0x45 && `it answers ${quoted(asked.toString('latin1'))}`,
        );
      },
    },
    {
      id: 'postgres-nonce',
      title: 'another challenge each time, salt of the account the same',
      weight: 70,
      async run(target) {
        const [first, second] = [await nonce(target), await nonce(target)];
        const salt = (text: string): string | undefined => /s=([^,]+)/.exec(text)?.[1];
        return firstTell(
          first !== '' && first === second && 'two connections got the same challenge',
          salt(first) !== salt(second) &&
            'the salt of one account changes between connections: a real server derives it for unknown names as well',
        );
      },
    },
    {
      id: 'postgres-failed-login',
      title: 'the error of a failed login has all its fields, as the server of this version writes them',
      weight: 60,
      async run(target) {
        const found = fields(await fail(target));
        const said = [...found].map(([key, value]) => `${key}=${value}`).join(' ');
        const isRefusedByHost = found.get('C') === '28000';
        return firstTell(
          found.size === 0 && 'it answers no error',
          ['S', 'V', 'C', 'M', 'F', 'L', 'R'].some((key) => !found.has(key)) && `fields are missing: ${said}`,
          found.get('S') !== 'FATAL' && `it is no FATAL error: ${said}`,
          !isRefusedByHost &&
            (found.get('C') !== '28P01' ||
              found.get('M') !== `password authentication failed for user "${USER}"` ||
              found.get('R') !== 'auth_failed') &&
            `it says ${said}`,
        );
      },
    },
    {
      id: 'postgres-protocol',
      title: 'a version of the protocol that does not exist',
      weight: 40,
      async run(target) {
        const probe = await target.connect();
        probe.send(startup(0x9_0009, { user: USER }));
        const found = fields(await probe.read(isMessage));
        return found.get('C') === '0A000' && (found.get('M') ?? '').startsWith('unsupported frontend protocol 9.9')
          ? ALIKE
          : tell(`it says ${quoted(found.get('M') ?? 'nothing')}`);
      },
    },
    {
      id: 'postgres-failure-time',
      title: 'a failed login is answered at once',
      weight: 20,
      async run(target) {
        const times = await failureTimes(3, async (passed) => (await fail(target, passed))[0] === 0x45);
        return judgeTimes(times, { least: 0, most: 500, varies: false });
      },
    },
  ],
};
