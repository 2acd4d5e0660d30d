/** Files that often hold passwords, tokens or an earlier command line were read or searched. */
import { commandDetector, hasFlag, touches } from '../command-detector.ts';

const FILE =
  /(^|\/)(\.(bash|zsh|mysql|psql)_history|\.(netrc|pgpass|my\.cnf|git-credentials|npmrc|env)|wp-config\.php|credentials|kubeconfig|\.docker\/config\.json|\.kube\/config|\.aws\/(credentials|config))$/;
const READERS = new Set([
  'cat',
  'less',
  'more',
  'head',
  'tail',
  'grep',
  'egrep',
  'cp',
  'strings',
  'base64',
  'tar',
  'find',
  'locate',
]);

export const credentialSearch = commandDetector(
  {
    id: 'credential-search',
    title: 'Search for credentials',
    severity: 'high',
    confidence: 75,
    techniques: ['T1552.001', 'T1552.003'],
    tactics: ['TA0006'],
    falsePositives: 'An administrator who looks up a setting.',
  },
  (command) =>
    READERS.has(command.name) &&
    (touches(command, (path) => FILE.test(path)) ||
      (command.name.endsWith('grep') &&
        (hasFlag(command, 'r') || hasFlag(command, 'R')) &&
        command.args.some((arg) => /passw|secret|token|api_?key/i.test(arg))) ||
      (command.name === 'find' && command.args.some((arg) => /wp-config|credential|\.env$|passw/i.test(arg)))),
);
