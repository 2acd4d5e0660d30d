/** Other machines and their ports were looked for from here. */
import { commandDetector, hasFlag, operands } from '../command-detector.ts';

const SCANNERS = new Set([
  'nmap',
  'masscan',
  'zmap',
  'rustscan',
  'arp-scan',
  'fping',
  'netdiscover',
  'unicornscan',
  'pnscan',
  'hping3',
  'fscan',
]);

export const networkScan = commandDetector(
  {
    id: 'network-scan',
    title: 'Scan of the network',
    severity: 'high',
    confidence: 85,
    techniques: ['T1046'],
    tactics: ['TA0007'],
    falsePositives: 'An administrator who takes an inventory.',
  },
  (command) =>
    (SCANNERS.has(command.name) && operands(command).length > 0) ||
    (/^(nc|ncat|netcat)$/.test(command.name) && hasFlag(command, 'z')),
);
