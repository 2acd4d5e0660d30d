/** Asking a person's security keys, through their browser. */
import type { RequestOptions } from '../auth/webauthn/browser-json.ts';
import type { Occasion } from '../auth/webauthn/challenges.ts';
import type { RelyingParty } from '../auth/webauthn/relying-party.ts';
import type { RouteContext } from './context.ts';
import { Problem } from './problem.ts';

/** What the browser is to ask by; throws where the account has no key that signs under this name and port of the console. */
export async function askKeys(
  { state, secondFactors }: Pick<RouteContext, 'state' | 'secondFactors'>,
  occasion: Occasion,
  rp: RelyingParty,
): Promise<RequestOptions> {
  const options = await secondFactors.keys.ask(state.read, occasion, rp);
  if (options !== undefined) return options;
  const origins = new Set((await state.read.securityKeys(occasion.account)).map(({ origin }) => origin));
  if (origins.size === 0) throw new Problem(404, 'no-security-key', 'The account has no security key.');
  const words = `Your keys were added under ${[...origins].join(', ')} and sign there only: open the console by that address, or use a code or a recovery code.`;
  throw new Problem(404, 'key-of-another-name', words);
}
