/** An interpreter was handed a program as an argument or through a pipe. */
import { commandDetector, operands } from '../command-detector.ts';

export const oneLiner = commandDetector(
  {
    id: 'one-liner',
    title: 'Program text on the command line',
    severity: 'medium',
    confidence: 65,
    techniques: ['T1059.006', 'T1059.004'],
    tactics: ['TA0002'],
    falsePositives: 'Administrators and installers that use small scripts.',
  },
  (command) =>
    /^(python[\d.]*|perl|php|ruby|node|lua)$/.test(command.name) &&
    (command.args.some((arg) => /^-(c|e|r|ne|pe)$/.test(arg)) ||
      (command.pipedFrom !== undefined && operands(command).length === 0)),
);
