/**
 * TLS as honeypots are recognised: certificates that come with them or were made a moment ago by a library, and the stack beneath. All of ours is OpenSSL;
 * where the persona's software brings a stack of its own (Go, Schannel), that is a tell, and said.
 */
import type { PeerCertificate } from 'node:tls';
import { describeError } from '@netsentinel/kernel/errors';
import {
  ALIKE,
  firstTell,
  skipped,
  tell,
  type Claim,
  type ProtocolChecks,
  type VerifyTarget,
} from '../verify.types.ts';
import type { Probe } from '../probe.ts';
import { CERTIFICATES, knownTell } from './known-tells.ts';

/** A connection that speaks TLS next. */
async function beforeTls(target: VerifyTarget): Promise<Probe> {
  const probe = await target.connect();
  if (target.type !== 'rdp') return probe;
  // X.224 connection request for TLS; the answer is read before the hello.
  probe.send(Buffer.from('030000130ee000000000000100080001000000', 'hex'));
  await probe.read((bytes) => bytes.length >= 19);
  return probe;
}

async function certificate(target: VerifyTarget): Promise<PeerCertificate> {
  return (await (await beforeTls(target)).secure()).certificate;
}

function written(name: PeerCertificate['subject'] | undefined): string {
  return Object.entries(name ?? {})
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(', ');
}

async function claims(target: VerifyTarget): Promise<readonly Claim[]> {
  const { fingerprint256 } = await certificate(target);
  return [{ about: 'identity', value: `certificate ${fingerprint256}` }];
}

/** ClientHello of TLS 1.2 with what every server answers in an order of its own: name, formats, ticket, renegotiation, extended master secret. */
const HELLO = (() => {
  const extension = (type: number, hex: string): string =>
    `${type.toString(16).padStart(4, '0')}${(hex.length / 2).toString(16).padStart(4, '0')}${hex}`;
  const extensions = [
    extension(0xff01, '00'),
    extension(10, '0006001d00170018'),
    extension(11, '0100'),
    extension(35, ''),
    extension(22, ''),
    extension(23, ''),
    extension(13, '0010040308040401050308050501080606010201'.slice(0, 4 + 32)),
  ].join('');
  const suites = 'c02fc030c02bc02ccca8cca9c013c014009c009d002f0035';
  const body =
    `0303${'5a'.repeat(32)}00${(suites.length / 2).toString(16).padStart(4, '0')}${suites}0100` +
    `${(extensions.length / 2).toString(16).padStart(4, '0')}${extensions}`;
  const handshake = `01${(body.length / 2).toString(16).padStart(6, '0')}${body}`;
  return Buffer.from(`160301${(handshake.length / 2).toString(16).padStart(4, '0')}${handshake}`, 'hex');
})();

/** Types of the extensions in the ServerHello; undefined where none came. */
async function serverExtensions(target: VerifyTarget): Promise<number[] | undefined> {
  const probe = await beforeTls(target);
  probe.send(HELLO);
  const bytes = await probe.read((all) => all.length > 5 && all.length >= 5 + all.readUInt16BE(3));
  if (bytes.length < 50 || bytes[0] !== 22 || bytes[5] !== 2) return undefined;
  let at = 9 + 2 + 32;
  at += 1 + bytes[at]! + 3;
  const end = Math.min(bytes.length, at + 2 + (bytes.length >= at + 2 ? bytes.readUInt16BE(at) : 0));
  const types: number[] = [];
  for (at += 2; at + 4 <= end; at += 4 + bytes.readUInt16BE(at + 2)) types.push(bytes.readUInt16BE(at));
  return types;
}

type Stack = 'OpenSSL' | 'Go' | 'Schannel';

/** Whose ServerHello it is: OpenSSL tells of renegotiation first and of the master secret last; Go begins with the ticket; Schannel with the master secret. */
function stackOf(types: readonly number[]): Stack | undefined {
  const at = (type: number): number => types.indexOf(type);
  if (at(0xff01) === 0) return at(22) > 0 || at(23) === types.length - 1 ? 'OpenSSL' : undefined;
  if (at(35) >= 0 && at(35) < at(0xff01)) return 'Go';
  return at(23) === 0 ? 'Schannel' : undefined;
}

function neededStack({ persona, type }: VerifyTarget): Stack {
  if (persona.os.family === 'windows') return 'Schannel';
  return type === 'https' && persona.software.kubernetes !== undefined ? 'Go' : 'OpenSSL';
}

export const tlsChecks: ProtocolChecks = {
  types: ['https', 'rdp'],
  claims,
  checks: [
    {
      id: 'tls-handshake',
      title: 'TLS where TLS is agreed on (OpenCanary agrees to it and does not speak it)',
      weight: 80,
      async run(target) {
        const probe = await beforeTls(target);
        return probe.secure().then(
          () => ALIKE,
          (error: unknown) => tell(`no handshake comes to an end: ${describeError(error).slice(0, 120)}`),
        );
      },
    },
    {
      id: 'tls-known-certificate',
      title: 'a certificate that a honeypot makes by default',
      weight: 100,
      async run(target) {
        const { subject, issuer } = await certificate(target);
        const found = knownTell(CERTIFICATES, `${written(subject)}, issuer ${written(issuer)}`);
        return found === undefined
          ? ALIKE
          : tell(`its certificate is ${found.whose}'s: ${written(subject)}`, found.weight);
      },
    },
    {
      id: 'tls-certificate',
      title: 'a certificate of this machine: name, dates, serial and key as its software makes them',
      weight: 60,
      async run(target) {
        const { subject, valid_from, valid_to, serialNumber, bits, subjectaltname = '' } = await certificate(target);
        const [from, to, now] = [Date.parse(valid_from), Date.parse(valid_to), Date.now()];
        const { hostname, domain } = target.persona;
        const names = `${written(subject)} ${subjectaltname}`.toLowerCase();
        const known = [hostname, domain, target.persona.certificate.commonName, 'kube', target.persona.netbios.name];
        return firstTell(
          from > now && `it is not valid before ${valid_from}`,
          now - from < 3_600_000 &&
            `it was made ${Math.round((now - from) / 60_000)} minutes ago, on a machine that runs longer`,
          to - from > 101 * 365.25 * 86_400_000 && `it is valid for ${Math.round((to - from) / 31_557_600_000)} years`,
          BigInt(`0x${serialNumber}`) < 65_536n &&
            target.persona.os.family !== 'busybox' &&
            `its serial number is ${Number.parseInt(serialNumber, 16)}, as tutorials have it`,
          bits !== undefined &&
            bits < 2048 &&
            bits > 600 &&
            target.persona.os.family !== 'busybox' &&
            `its key has ${bits} bits`,
          !known.some((name) => name !== '' && names.includes(name.toLowerCase())) &&
            `it names ${written(subject)}, not ${hostname}`,
        );
      },
    },
    {
      id: 'tls-certificate-stays',
      title: 'the same certificate each time',
      weight: 60,
      async run(target) {
        const [first, second] = [await certificate(target), await certificate(target)];
        return first.fingerprint256 === second.fingerprint256
          ? ALIKE
          : tell('each connection gets another certificate');
      },
    },
    {
      id: 'tls-stack',
      title: "a ServerHello as the persona's own TLS stack writes it (JA3S, JARM)",
      weight: 30,
      mend: 'Nothing mends it yet: NetSentinel speaks TLS by OpenSSL. Choose a persona whose services have OpenSSL (all Linux servers but the Kubernetes node).',
      async run(target) {
        const needed = neededStack(target);
        const types = await serverExtensions(target);
        if (types === undefined) return skipped('it does not speak TLS 1.2 with what was offered');
        const seen = stackOf(types);
        return seen === needed
          ? ALIKE
          : tell(
              `its ServerHello is ${seen === undefined ? 'nobody’s that is known' : `${seen}'s`} (extensions ${types.join('-')}); ${target.persona.os.prettyName} would have ${needed}`,
            );
      },
    },
  ],
};
