/**
 * Tests the running decoys for the launcher that started it (`launcher/decoy-tester.ts`). It reads what a decoy host answers that may be in an attacker's
 * hands, and so has no more rights than that: no file but its own code, no program, another user.
 */
import { createPersona } from '@netsentinel/decoys/persona/persona';
import { DEFAULT_PERSONA } from '@netsentinel/decoys/persona/persona-library';
import type { PlannedDecoy } from '../config/decoy-plan.ts';
import { describeDecoy } from '../personas/describe-decoy.ts';
import type { PlayedMachine } from '../personas/machine-honeytokens.ts';
import type { PlayedDecoy } from '../personas/played-decoys.ts';
import { verdictForPeople } from './verdict-for-people.ts';
import { verifyDecoys } from './verify.ts';

export interface DecoysToTest {
  /** The address to come from. */
  readonly from: string;
  readonly machines: readonly (PlayedMachine & { readonly decoys: readonly PlannedDecoy[] })[];
}

// The launcher is gone.
process.once('disconnect', () => process.exit(0));
process.once('message', (asked) => {
  void test(asked as DecoysToTest).then((verdict) => process.send!({ t: 'verdict', verdict }, () => process.exit(0)));
});

async function test({ from, machines }: DecoysToTest): Promise<unknown> {
  const played: PlayedDecoy[] = [];
  for (const { seed, file, decoys } of machines) {
    const persona = createPersona(Buffer.from(seed, 'base64'), file ?? DEFAULT_PERSONA);
    for (const planned of decoys)
      played.push({
        planned,
        persona,
        description: await describeDecoy(planned.type, persona, planned.options),
        isStopped: false,
      });
  }
  return verdictForPeople(await verifyDecoys(played, { from }));
}
