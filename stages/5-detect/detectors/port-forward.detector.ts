/** The decoy was asked to carry connections to somewhere else. */
import { quote } from '../command-detector.ts';
import { plainDetector } from '../detector.types.ts';

export const portForward = plainDetector(
  {
    id: 'port-forward',
    title: 'Connections tunnelled through a decoy',
    severity: 'medium',
    confidence: 90,
    techniques: ['T1572', 'T1090'],
    tactics: ['TA0011'],
    falsePositives: 'A client configured to forward ports wherever it logs in.',
    on: ['forward'],
  },
  ({ event }) => {
    // A second event of the same tunnel says what was sent through it.
    if (event.message !== undefined) return undefined;
    const { host = '', port = 0, kind = 'forward' } = event.netsentinel.forward ?? {};
    return { summary: `Asked for a ${kind} to ${quote(`${host}:${port}`)}` };
  },
);
