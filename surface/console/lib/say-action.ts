/** How an action stands, in words. */
import type { Action } from '@netsentinel/contracts/action';
import { measureOf, MEASURE_WORDS } from '@netsentinel/contracts/measure-words';
import * as text from '../text/index.ts';
import { visible } from './format.ts';

const words = text.measures;

/** `Redirected to a decoy, seen in the kernel`. A block is the usual thing, so only other measures are named where the words would not say which it is. */
export function sayAction(action: Pick<Action, 'status' | 'measure'>): string {
  const measure = measureOf(action);
  const { noun, done, where } = MEASURE_WORDS[measure];
  switch (action.status) {
    case 'simulated':
      return words.simulated(done + where);
    case 'applied':
      return capital(`${done}${where}`);
    case 'verified':
      return capital(words.verified(done + where));
    case 'expired':
      return measure === 'block' ? words.letIn : capital(words.expired(noun));
    default: {
      const how = words.onItsWay[action.status];
      return measure === 'block'
        ? how
        : capital(words.ofMeasure(noun, `${how.charAt(0).toLowerCase()}${how.slice(1)}`));
    }
  }
}

/** What there is to say after a person's word was taken: nothing but where it was approved and failed at first. */
export function sayDecided(target: string, { status, detail }: Pick<Action, 'status' | 'detail'>): string | undefined {
  if (status !== 'failed') return undefined;
  return visible(words.approvedFailed(target, detail ?? ''));
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
