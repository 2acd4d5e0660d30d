/** Somebody got into a decoy: they guessed or knew a credential, and used it. */
import { plainDetector } from '../detector.types.ts';
import { quote } from '../command-detector.ts';

export const decoyLoginSuccess = plainDetector(
  {
    id: 'decoy-login-success',
    title: 'Login to a decoy',
    severity: 'high',
    confidence: 95,
    techniques: ['T1078'],
    tactics: ['TA0001'],
    falsePositives: 'A tester of your own; put their addresses on the allow list.',
    on: ['login'],
  },
  ({ event }) =>
    event.netsentinel.decoy === undefined || event.event.outcome !== 'success'
      ? undefined
      : { summary: `Logged in as ${quote(event.user?.name ?? '')} at decoy ${event.netsentinel.decoy.id}` },
);
