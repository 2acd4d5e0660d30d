/** Somebody uses what lies nowhere but in a decoy: they were there, and took it along. */
import { plainDetector } from '../detector.types.ts';
import { quote } from '../command-detector.ts';

/** What they serve, where it is not a credential. */
const DATA = new Set(['row', 'url']);

export const honeytokenUse = plainDetector(
  {
    id: 'honeytoken-use',
    title: 'A honeytoken was used',
    severity: 'high',
    confidence: 98,
    techniques: ['T1552.001', 'T1078', 'T1213'],
    tactics: ['TA0006', 'TA0009', 'TA0001'],
    falsePositives: 'Whoever looks through your decoys by your own order and tries what lies there.',
    on: ['login', 'command', 'program', 'request', 'download', 'upload', 'read', 'write', 'execute', 'other'],
  },
  ({ event }) => {
    const { honeytoken } = event.netsentinel;
    if (honeytoken === undefined) return undefined;
    return {
      summary: `Used ${quote(honeytoken.title)}, planted at ${quote(honeytoken.place)}`,
      techniques: DATA.has(honeytoken.kind) ? ['T1213'] : ['T1552.001', 'T1078'],
    };
  },
);
