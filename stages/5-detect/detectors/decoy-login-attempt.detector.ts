/** Somebody presented a credential to a decoy. Nobody has business there, so the contact itself is evidence. */
import { plainDetector } from '../detector.types.ts';
import { quote } from '../command-detector.ts';

export const decoyLoginAttempt = plainDetector(
  {
    id: 'decoy-login-attempt',
    title: 'Login attempt at a decoy',
    severity: 'low',
    confidence: 80,
    techniques: ['T1110'],
    tactics: ['TA0006'],
    falsePositives: 'A mistyped address, or an inventory scanner of your own that tries credentials.',
    on: ['login'],
  },
  ({ event }) =>
    event.netsentinel.decoy === undefined
      ? undefined
      : { summary: `Login attempt as ${quote(event.user?.name ?? '')} at decoy ${event.netsentinel.decoy.id}` },
);
