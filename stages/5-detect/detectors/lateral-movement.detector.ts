/** From here to the next machine: ssh, scp, rsync to somebody else. */
import { commandDetector, hasFlag, operands } from '../command-detector.ts';

const CLIENTS = new Set(['ssh', 'sshpass', 'plink', 'dbclient', 'pssh', 'parallel-ssh']);
const REMOTE = /^[\w.$-]+@[\w.$:[\]-]+|^[\w.-]+:[/~\w.]/;

export const lateralMovement = commandDetector(
  {
    id: 'lateral-movement',
    title: 'On to another machine by SSH',
    severity: 'high',
    confidence: 80,
    techniques: ['T1021.004'],
    tactics: ['TA0008'],
    falsePositives: 'An administrator who hops through this machine.',
  },
  (command) => {
    if (CLIENTS.has(command.name))
      return operands(command).length > 0 && !/^(localhost|127\.)/.test(operands(command)[0]!);
    if (command.name === 'scp' && (hasFlag(command, 't') || hasFlag(command, 'f'))) return false;
    return (
      (command.name === 'scp' ||
        command.name === 'rsync' ||
        command.name === 'sftp' ||
        command.name === 'ssh-copy-id') &&
      operands(command).some((word) => REMOTE.test(word))
    );
  },
);
