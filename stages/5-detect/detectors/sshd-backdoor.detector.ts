/** PAM or the SSH daemon was changed so that a password of the attacker’s works. */
import { commandDetector, writesTo } from '../command-detector.ts';

const FILES =
  /^\/(etc\/(pam\.d\/|ssh\/sshd_config)|lib\/(security|x86_64-linux-gnu\/security)\/|lib64\/security\/|usr\/sbin\/sshd$)/;

export const sshdBackdoor = commandDetector(
  {
    id: 'sshd-backdoor',
    title: 'Backdoor into logins',
    severity: 'critical',
    confidence: 90,
    techniques: ['T1556.003'],
    tactics: ['TA0003', 'TA0006'],
    falsePositives: 'Practically none.',
  },
  (command) =>
    writesTo(command, (path) => FILES.test(path)) ||
    (command.name === 'ln' && command.args.some((arg) => arg === '/usr/sbin/sshd')),
);
