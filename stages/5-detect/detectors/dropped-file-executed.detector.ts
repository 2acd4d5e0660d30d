/** A program that the attacker had brought was started. */
import { quote } from '../command-detector.ts';
import { plainDetector } from '../detector.types.ts';

export const droppedFileExecuted = plainDetector(
  {
    id: 'dropped-file-executed',
    title: 'Program of the attacker’s own started',
    severity: 'high',
    confidence: 95,
    techniques: ['T1059.004'],
    tactics: ['TA0002'],
    falsePositives: 'Practically none.',
    on: ['execute'],
  },
  ({ event }) => ({
    summary: `Started ${quote(event.process?.executable ?? event.process?.command_line ?? event.file?.path ?? '')}`,
  }),
);
