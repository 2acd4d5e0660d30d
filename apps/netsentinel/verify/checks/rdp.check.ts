/**
 * RDP as imitations are recognised: an answer to the connection request that is always the same bytes (OpenCanary), NTLM's names and build, a refusal without
 * its reason. [MS-RDPBCGR] 2.2.1.2, [MS-CSSP] 2.2.1.
 */
import { ALIKE, firstTell, quoted, tell, type Claim, type ProtocolChecks, type VerifyTarget } from '../verify.types.ts';
import { NTLM_NEGOTIATE, readChallenge, type NtlmChallenge } from './ntlm-challenge.ts';
import { judgeChallenges, windowsClaims } from './windows-names.ts';

const isTpkt = (bytes: Buffer): boolean => bytes.length >= 4 && bytes.length >= bytes.readUInt16BE(2);

/** X.224 connection request; `protocols`: 1 TLS, 2 NLA; undefined: from before there was a choice. */
function request(protocols?: number, cookie = ''): Buffer {
  const negotiation = protocols === undefined ? Buffer.alloc(0) : Buffer.from([1, 0, 8, 0, protocols, 0, 0, 0]);
  const text = cookie === '' ? Buffer.alloc(0) : Buffer.from(`Cookie: mstshash=${cookie}\r\n`);
  const length = 6 + text.length + negotiation.length;
  return Buffer.concat([Buffer.from([3, 0, 0, length + 5, length, 0xe0, 0, 0, 0, 0, 0]), text, negotiation]);
}

async function ask(target: VerifyTarget, protocols?: number): Promise<Buffer> {
  const probe = await target.connect();
  probe.send(request(protocols, 'verify'));
  return probe.read(isTpkt);
}

function der(tag: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(body.length < 128 ? [tag, body.length] : [tag, 0x81, body.length]), body]);
}

/** The challenge of NLA, which nmap's `rdp-ntlm-info` reads. */
async function challenge(target: VerifyTarget): Promise<NtlmChallenge | undefined> {
  const probe = await target.connect();
  probe.send(request(3));
  await probe.read(isTpkt);
  const tls = await probe.secure();
  const token = der(0xa1, der(0x30, der(0x30, der(0xa0, der(0x04, NTLM_NEGOTIATE)))));
  tls.send(der(0x30, Buffer.concat([Buffer.from('a003020106', 'hex'), token])));
  const answer = await tls.read((bytes) => readChallenge(bytes) !== undefined);
  tls.close();
  return readChallenge(answer);
}

export const rdpChecks: ProtocolChecks = {
  types: ['rdp'],
  claims: async (target): Promise<readonly Claim[]> => windowsClaims(await challenge(target)),
  checks: [
    {
      id: 'rdp-connect',
      title: 'the connection request is answered by what was asked for (OpenCanary: always with NLA)',
      weight: 60,
      async run(target) {
        const [tls, nla] = [await ask(target, 1), await ask(target, 3)];
        const kind = (answer: Buffer): number => answer[11] ?? 0;
        const chosen = (answer: Buffer): number => (answer.length >= 19 ? answer.readUInt32LE(15) : -1);
        return firstTell(
          (tls[5] !== 0xd0 || nla[5] !== 0xd0) && `it answers ${quoted(tls.toString('latin1'))}`,
          kind(nla) !== 2 && `it does not agree to NLA: ${nla.toString('hex')}`,
          kind(tls) === 2 && chosen(tls) !== 1 && `asked for TLS alone it chooses ${chosen(tls)}`,
        );
      },
    },
    {
      id: 'rdp-challenge',
      title: "another challenge each time, with the machine's own names and build",
      weight: 70,
      async run(target) {
        const [first, second] = [await challenge(target), await challenge(target)];
        if (first === undefined || second === undefined) return tell('NLA gives no challenge of NTLM');
        return judgeChallenges(first, second, target.persona);
      },
    },
    {
      id: 'rdp-garbage',
      title: 'bytes that are no RDP: the connection ends without a word',
      weight: 40,
      async run(target) {
        const probe = await target.connect();
        probe.send('GET / HTTP/1.0\r\n\r\n');
        const answer = await probe.readAll(2_500);
        return answer.length === 0 ? ALIKE : tell(`it answers ${quoted(answer.toString('latin1'))}`);
      },
    },
  ],
};
