/** Something was written into a file that every login shell reads. */
import { commandDetector, writesTo } from '../command-detector.ts';

const PROFILE =
  /(^|\/)\.(bashrc|bash_profile|bash_login|profile|zshrc|bash_logout)$|^\/etc\/(profile$|profile\.d\/|bash\.bashrc$|environment$|ld\.so\.preload$)/;

export const profilePersistence = commandDetector(
  {
    id: 'profile-persistence',
    title: 'Shell profile changed',
    severity: 'high',
    confidence: 80,
    techniques: ['T1546.004'],
    tactics: ['TA0003'],
    falsePositives: 'A person who sets up their own shell.',
  },
  (command) => writesTo(command, (path) => PROFILE.test(path)),
);
