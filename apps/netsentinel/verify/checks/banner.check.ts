/** First words by which honeypots are found with one packet. For every protocol, also those that have no checks of their own. */
import { ALIKE, tell, type CheckOutcome, type VerifyCheck, type VerifyTarget } from '../verify.types.ts';
import type { Probe } from '../probe.ts';
import { GREETINGS, knownTell, PAGES, type KnownTell } from './known-tells.ts';

async function greeting(probe: Probe): Promise<string> {
  return (await probe.read(undefined, 1_500)).toString('latin1');
}

async function page(probe: Probe, { type }: VerifyTarget): Promise<string> {
  const asked = type === 'https' ? await probe.secure() : probe;
  asked.send('GET / HTTP/1.0\r\n\r\n');
  return (await asked.readAll(2_000)).toString('latin1');
}

function known(
  id: string,
  title: string,
  list: readonly KnownTell[],
  read: (probe: Probe, target: VerifyTarget) => Promise<string>,
): VerifyCheck {
  return {
    id,
    title,
    weight: Math.max(...list.map(({ weight }) => weight)),
    async run(target: VerifyTarget): Promise<CheckOutcome> {
      const found = knownTell(list, await read(await target.connect(), target));
      return found === undefined ? ALIKE : tell(`it says what ${found.whose} says by default`, found.weight);
    },
  };
}

export const bannerChecks = {
  types: ['*'],
  checks: [
    known('default-greeting', 'greeting that a honeypot has by default', GREETINGS, greeting),
    known('default-page', 'page that a honeypot has by default', PAGES, page),
  ],
} as const;
