/** A program on the decoy was told to connect to somewhere else. */
import { quote } from '../command-detector.ts';
import { plainDetector } from '../detector.types.ts';

export const outboundConnection = plainDetector(
  {
    id: 'outbound-connection',
    title: 'Connection from a decoy to elsewhere',
    severity: 'medium',
    confidence: 75,
    techniques: ['T1095'],
    tactics: ['TA0011'],
    falsePositives: 'A test whether the network works.',
    on: ['outbound'],
  },
  ({ event }) => {
    const forward = event.netsentinel.forward;
    const host = forward?.host ?? event.destination?.domain ?? event.destination?.ip ?? '';
    return { summary: `Tried to connect to ${quote(`${host}:${forward?.port ?? event.destination?.port ?? ''}`)}` };
  },
);
