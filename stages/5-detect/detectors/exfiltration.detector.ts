/** A local file was sent to somewhere else. */
import { commandDetector, hasFlag, operands } from '../command-detector.ts';

export const exfiltration = commandDetector(
  {
    id: 'exfiltration',
    title: 'Data sent away',
    severity: 'high',
    confidence: 80,
    techniques: ['T1048'],
    tactics: ['TA0010'],
    falsePositives: 'Sending a report to a colleague.',
  },
  (command) => {
    if (command.name === 'curl')
      return command.args.some(
        (arg, at) =>
          arg === '--upload-file' ||
          /^-[a-zA-Z]*T$/.test(arg) ||
          (/^(-F|-d|--data|--data-binary|--form)$/.test(command.args[at - 1] ?? '') && arg.includes('@')),
      );
    if (command.name === 'wget') return command.args.some((arg) => arg.startsWith('--post-file'));
    if (/^(nc|ncat|netcat)$/.test(command.name))
      return (
        operands(command).length >= 2 &&
        (command.reads.length > 0 || /^(tar|cat|gzip|dd|base64)$/.test(command.pipedFrom?.name ?? ''))
      );
    return command.name === 'ftpput' || (command.name === 'tftp' && hasFlag(command, 'p'));
  },
);
