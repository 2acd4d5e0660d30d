/**
 * SMB as Dionaea and tools that play servers (Impacket, Responder) are recognised: workgroup and names that they ship with, a clock that stands still, a GUID
 * of zeros. Layouts: [MS-SMB2] 2.2.4 and 2.2.5, [MS-CIFS] 2.2.4.52.
 */
import {
  ALIKE,
  firstTell,
  quoted,
  skipped,
  tell,
  type Claim,
  type ProtocolChecks,
  type VerifyTarget,
} from '../verify.types.ts';
import type { Probe } from '../probe.ts';
import { knownTell, WINDOWS_NAMES } from './known-tells.ts';
import { fileTimeMs, NTLM_NEGOTIATE, readChallenge, type NtlmChallenge } from './ntlm-challenge.ts';
import { judgeChallenges, windowsClaims } from './windows-names.ts';

const isFrame = (bytes: Buffer): boolean => bytes.length >= 4 && bytes.length >= 4 + bytes.readUIntBE(1, 3);

function frame(...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(4);
  head.writeUIntBE(body.length, 1, 3);
  return Buffer.concat([head, body]);
}

function smb2Header(command: number, message: number): Buffer {
  const head = Buffer.alloc(64);
  head.write('\u00feSMB', 0, 'latin1');
  head.writeUInt16LE(64, 4);
  head.writeUInt16LE(command, 12);
  head.writeUInt16LE(31, 14);
  head.writeUInt32LE(message, 24);
  head.writeUInt32LE(0xfeff, 32);
  return head;
}

/** NEGOTIATE for 2.0.2, 2.1 and 3.0. */
function negotiate(): Buffer {
  const body = Buffer.alloc(36);
  body.writeUInt16LE(36, 0);
  body.writeUInt16LE(3, 2);
  body.writeUInt16LE(1, 4);
  body.fill(0x5a, 12, 28);
  return frame(smb2Header(0, 0), body, Buffer.from('020210020003', 'hex'));
}

interface Negotiated {
  readonly dialect: number;
  readonly guid: string;
  readonly maxRead: number;
  readonly timeMs: number;
  readonly bootMs: number | undefined;
}

function readNegotiated(bytes: Buffer): Negotiated | undefined {
  if (bytes.length < 4 + 64 + 64 || bytes.toString('latin1', 4, 8) !== '\u00feSMB') return undefined;
  const body = bytes.subarray(68);
  const boot = body.readBigUInt64LE(48);
  return {
    dialect: body.readUInt16LE(4),
    guid: body.toString('hex', 8, 24),
    maxRead: body.readUInt32LE(32),
    timeMs: fileTimeMs(body.readBigUInt64LE(40)),
    bootMs: boot === 0n ? undefined : fileTimeMs(boot),
  };
}

async function negotiated(target: VerifyTarget): Promise<{ probe: Probe; told: Negotiated | undefined; raw: Buffer }> {
  const probe = await target.connect();
  probe.send(negotiate());
  const raw = await probe.read(isFrame);
  return { probe, told: readNegotiated(raw), raw };
}

async function challenge(target: VerifyTarget): Promise<NtlmChallenge | undefined> {
  const { probe, told } = await negotiated(target);
  if (told === undefined) return undefined;
  const body = Buffer.alloc(24);
  body.writeUInt16LE(25, 0);
  body[3] = 1;
  body.writeUInt16LE(88, 12);
  body.writeUInt16LE(NTLM_NEGOTIATE.length, 14);
  probe.send(frame(smb2Header(1, 1), body, NTLM_NEGOTIATE));
  return readChallenge(await probe.read(isFrame));
}

async function claims(target: VerifyTarget): Promise<readonly Claim[]> {
  const { told } = await negotiated(target);
  return [
    ...windowsClaims(await challenge(target)),
    ...(told === undefined
      ? []
      : [
          { about: 'identity', value: `SMB server GUID ${told.guid}` } as const,
          { about: 'clock skew, s', value: String(Math.round((told.timeMs - Date.now()) / 1000)) } as const,
        ]),
  ];
}

/** SMB 1's NEGOTIATE for `NT LM 0.12`, without extended security, so that names come in the clear. */
const SMB1 = frame(
  Buffer.from('ff534d4272000000001801280000000000000000000000000000000000000000', 'hex'),
  Buffer.from('000c00024e54204c4d20302e313200', 'hex'),
);

export const smbChecks: ProtocolChecks = {
  types: ['smb'],
  claims,
  checks: [
    {
      id: 'smb-dialect',
      title: 'it speaks SMB 2 and 3 (Dionaea: SMB 1 alone)',
      weight: 70,
      async run(target) {
        const { told, raw } = await negotiated(target);
        if (told === undefined)
          return tell(`it answers ${raw.length === 0 ? 'nothing' : quoted(raw.toString('latin1', 4))} to SMB 2`);
        return firstTell(
          told.dialect < 0x0300 && `it agrees on dialect ${told.dialect.toString(16)}, older than the machine's`,
          told.maxRead < 1024 * 1024 &&
            `it reads ${told.maxRead} bytes at once; Windows and Samba read a megabyte or more`,
        );
      },
    },
    {
      id: 'smb-guid',
      title: 'a GUID of its own, and always the same',
      weight: 60,
      async run(target) {
        const [first, second] = [(await negotiated(target)).told, (await negotiated(target)).told];
        if (first === undefined || second === undefined) return skipped('it does not speak SMB 2');
        return firstTell(
          first.guid !== second.guid && 'each connection gets another GUID',
          /^(..)\1{15}$/.test(first.guid) && `its GUID is ${first.guid}`,
        );
      },
    },
    {
      id: 'smb-time',
      title: 'a clock that goes, and a start that fits the uptime (Dionaea: the clock stands still)',
      weight: 60,
      async run(target) {
        const { told } = await negotiated(target);
        if (told === undefined) return skipped('it does not speak SMB 2');
        const { timeMs, bootMs } = told;
        const boot = target.persona.bootedAt(Date.now());
        return firstTell(
          Math.abs(timeMs - Date.now()) > 86_400_000 && `its clock says ${new Date(timeMs).toISOString()}`,
          bootMs !== undefined && bootMs > timeMs && 'it was started in the future',
          bootMs !== undefined &&
            bootMs < boot - 60_000 &&
            `it was started ${new Date(bootMs).toISOString()}, before the machine`,
        );
      },
    },
    {
      id: 'smb-challenge',
      title: "another challenge each time, with the machine's own names and version",
      weight: 70,
      async run(target) {
        const [first, second] = [await challenge(target), await challenge(target)];
        if (first === undefined || second === undefined) return tell('it gives no challenge of NTLM');
        return judgeChallenges(first, second, target.persona);
      },
    },
    {
      id: 'smb-1-names',
      title: 'workgroup and name in SMB 1 (Dionaea: WORKGROUP, HOMEUSER-3AF6FE)',
      weight: 90,
      async run(target) {
        const probe = await target.connect();
        probe.send(SMB1);
        const answer = await probe.read(isFrame, 2_000);
        if (answer.length < 40 || answer.toString('latin1', 4, 8) !== '\u00ffSMB') return ALIKE;
        const text = answer.subarray(36).toString('latin1').replaceAll('\0', '');
        const [domain, name] = [target.persona.netbios.domain, target.persona.netbios.name];
        const wide = answer.subarray(69).toString('latin1').replaceAll('\0', '');
        const known = wide.includes('HOMEUSER-3AF6FE') ? knownTell(WINDOWS_NAMES, 'HOMEUSER-3AF6FE') : undefined;
        return firstTell(
          known !== undefined && `it calls itself HOMEUSER-3AF6FE, as ${known.whose} does by default`,
          /^[A-Z]/.test(wide.slice(8)) &&
            !text.includes(domain) &&
            !text.includes(name) &&
            `it names ${quoted(wide)}; the machine is ${domain}\\${name}`,
        );
      },
    },
    {
      id: 'smb-garbage',
      title: 'bytes that are no SMB: the connection ends',
      weight: 30,
      async run(target) {
        const probe = await target.connect();
        probe.send(frame(Buffer.from('GET / HTTP/1.0\r\n\r\n'.padEnd(40, ' '))));
        const answer = await probe.readAll(2_000);
        return firstTell(
          answer.length > 0 && `it answers ${quoted(answer.toString('latin1'))}`,
          !probe.ended && 'it stays connected; Windows and Samba end',
        );
      },
    },
  ],
};
