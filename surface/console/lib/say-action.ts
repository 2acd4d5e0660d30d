/** How an action stands, in words. */
import type { Action, ActionStatus } from '@netsentinel/contracts/action';
import { measureOf, MEASURE_WORDS } from '@netsentinel/contracts/measure-words';
import { visible } from './format.ts';

const ON_ITS_WAY: Readonly<Record<Exclude<ActionStatus, 'simulated' | 'applied' | 'verified' | 'expired'>, string>> = {
  planned: 'Being sent to the enforcer',
  'awaiting-approval': 'Waiting for a person to approve it',
  refused: 'Refused by the enforcer',
  failed: 'Failed',
  reverted: 'Taken back',
};

/** `Redirected to a decoy, seen in the kernel`. A block is the usual thing, so only other measures are named where the words would not say which it is. */
export function sayAction(action: Pick<Action, 'status' | 'measure'>): string {
  const measure = measureOf(action);
  const { noun, done, where } = MEASURE_WORDS[measure];
  switch (action.status) {
    case 'simulated':
      return `Would be ${done}${where} (simulate mode)`;
    case 'applied':
      return capital(`${done}${where}`);
    case 'verified':
      return capital(`${done}${where}, seen in the kernel`);
    case 'expired':
      return measure === 'block' ? 'Let back in: the time was up' : capital(`${noun} ended: the time was up`);
    default: {
      const words = ON_ITS_WAY[action.status];
      return measure === 'block' ? words : capital(`${noun}: ${words.charAt(0).toLowerCase()}${words.slice(1)}`);
    }
  }
}

/** What there is to say after a person's word was taken: nothing but where it was approved and failed at first. */
export function sayDecided(target: string, { status, detail }: Pick<Action, 'status' | 'detail'>): string | undefined {
  if (status !== 'failed') return undefined;
  const why = detail === undefined ? '' : `: ${detail}`;
  return visible(`${target} is approved, but failed${why}. A responder that was down makes it once it is back.`);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
