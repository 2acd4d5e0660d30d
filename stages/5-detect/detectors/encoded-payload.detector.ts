/** A payload was hidden by an encoding and decoded into a shell or a file. */
import { commandDetector, hasFlag } from '../command-detector.ts';
import { isShell } from '../command-line.ts';

const DECODERS = new Set(['base64', 'base32', 'xxd', 'openssl', 'uudecode', 'gunzip', 'zcat', 'xz']);

export const encodedPayload = commandDetector(
  {
    id: 'encoded-payload',
    title: 'Decoded text run as a program',
    severity: 'high',
    confidence: 90,
    techniques: ['T1140', 'T1027'],
    tactics: ['TA0005'],
    falsePositives: 'Installers that carry an archive in themselves.',
  },
  (command) => {
    const from = command.pipedFrom;
    if (
      from !== undefined &&
      DECODERS.has(from.name) &&
      (isShell(command.name) || /^(python|perl|php|ruby)/.test(command.name))
    )
      return true;
    if (command.name === 'base64')
      return hasFlag(command, 'd') || hasFlag(command, 'D') || command.args.includes('--decode');
    return command.name === 'xxd' && hasFlag(command, 'r');
  },
);
