/** Scripted ports: what they say is the user's own, so that little can be held against it; what no service does can. */
import { createSocket } from 'node:dgram';
import { ALIKE, firstTell, tell, type ProtocolChecks, type VerifyTarget } from '../verify.types.ts';
import { reachable } from '../probe.ts';

const WORDS = 'HELP 7c1f3a\r\n';
const WAIT_MS = 1_000;

/** Bytes of all answers to one datagram. */
async function answered({ address, port, from }: VerifyTarget, request: Buffer): Promise<number> {
  const socket = createSocket('udp4');
  let bytes = 0;
  socket.on('message', (message) => (bytes += message.length)).on('error', () => {});
  await new Promise<void>((resolve) => socket.bind({ address: from ?? '127.0.0.1' }, resolve));
  socket.send(request, port, reachable(address));
  await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
  socket.close();
  return bytes;
}

export const scriptedChecks: ProtocolChecks = {
  types: ['scripted'],
  checks: [
    {
      id: 'scripted-echo',
      title: 'it does not send back what it is sent (what simple honeypots do on ports they do not know)',
      weight: 60,
      mend: 'Give the script an answer of its own for what it does not expect.',
      async run(target) {
        const probe = await target.connect();
        const greeting = (await probe.read(undefined, 800)).toString('latin1');
        probe.send(WORDS);
        const said = (await probe.read(undefined, 1_500)).toString('latin1');
        return firstTell(
          said === WORDS && 'it sends back what it was sent',
          greeting.includes('honeypot') && 'its greeting says honeypot',
        );
      },
    },
  ],
};

export const scriptedUdpChecks: ProtocolChecks = {
  types: ['scripted-udp'],
  checks: [
    {
      id: 'scripted-udp-answers',
      title: 'answers are no longer than questions: it is of no use against others',
      weight: 30,
      async run(target) {
        const request = Buffer.from(WORDS);
        const bytes = await answered(target, request);
        return bytes > request.length ? tell(`it answers ${request.length} bytes with ${bytes}`) : ALIKE;
      },
    },
  ],
};
