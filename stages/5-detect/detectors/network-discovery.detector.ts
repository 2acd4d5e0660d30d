/** Addresses, routes, neighbours, open connections. */
import { commandDetector, touches } from '../command-detector.ts';

const PROGRAMS = new Set([
  'ifconfig',
  'route',
  'arp',
  'netstat',
  'ss',
  'iwconfig',
  'nmcli',
  'resolvectl',
  'traceroute',
  'tracepath',
]);
const ANSWERS_MY_ADDRESS =
  /(ifconfig\.(me|co|io)|ipinfo\.io|icanhazip\.com|api\.ipify\.org|ip-api\.com|checkip\.amazonaws\.com|ident\.me)(\/|$)/;

export const networkDiscovery = commandDetector(
  {
    id: 'network-discovery',
    title: 'Questions about the network',
    severity: 'low',
    confidence: 60,
    techniques: ['T1016', 'T1049'],
    tactics: ['TA0007'],
    falsePositives: 'Any administrator at work.',
  },
  (command) =>
    PROGRAMS.has(command.name) ||
    (command.name === 'ip' && /^-|^(a|ad|add|addr|address|r|ro|route|n|neigh|l|link)$/.test(command.args[0] ?? '')) ||
    command.args.some((arg) => ANSWERS_MY_ADDRESS.test(arg)) ||
    touches(command, (path) => /^\/(proc\/net\/|etc\/(resolv\.conf|hosts)$)/.test(path)),
);
