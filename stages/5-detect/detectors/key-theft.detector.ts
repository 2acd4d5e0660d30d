/** Private keys were read, searched or copied. */
import { commandDetector, touches } from '../command-detector.ts';

const KEY = /(^|\/)(id_(rsa|dsa|ecdsa|ed25519)|[\w.-]+\.(pem|ppk))$|\.ssh\/(\*|id_\*)$|^\/etc\/ssh\/ssh_host_\w+_key$/;
const READERS = new Set([
  'cat',
  'cp',
  'scp',
  'tar',
  'base64',
  'xxd',
  'head',
  'tail',
  'less',
  'more',
  'grep',
  'zip',
  'find',
  'curl',
  'strings',
  'rsync',
]);

export const keyTheft = commandDetector(
  {
    id: 'key-theft',
    title: 'Private keys read',
    severity: 'high',
    confidence: 85,
    techniques: ['T1552.004'],
    tactics: ['TA0006'],
    falsePositives: 'A person who handles their own keys.',
  },
  (command) =>
    READERS.has(command.name) &&
    (touches(command, (path) => KEY.test(path)) ||
      (command.name === 'find' && command.args.some((arg) => /^\*?\.?(id_rsa|id_\*|\*?\.pem)/.test(arg)))),
);
