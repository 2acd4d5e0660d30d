/** Packet filters were stopped, flushed or opened. */
import { commandDetector, hasFlag, operands } from '../command-detector.ts';

const SERVICES = /^(iptables|ip6tables|firewalld|ufw|nftables|SuSEfirewall2)(\.service)?$/;

export const firewallDisabling = commandDetector(
  {
    id: 'firewall-disabling',
    title: 'Firewall switched off',
    severity: 'high',
    confidence: 90,
    techniques: ['T1562.004'],
    tactics: ['TA0005'],
    falsePositives: 'An administrator who hunts a network fault.',
  },
  (command) => {
    const words = operands(command);
    if (/^\/etc\/(rc\.d\/)?init\.d\/ip6?tables$/.test(command.path)) return words[0] === 'stop';
    if (command.name === 'iptables' || command.name === 'ip6tables')
      return (
        hasFlag(command, 'F') || hasFlag(command, 'X') || (hasFlag(command, 'P') && command.args.includes('ACCEPT'))
      );
    if (command.name === 'ufw') return words[0] === 'disable' || words[0] === 'reset';
    if (command.name === 'nft') return words[0] === 'flush';
    if (command.name === 'systemctl')
      return /^(stop|disable|mask)$/.test(words[0] ?? '') && words.slice(1).some((word) => SERVICES.test(word));
    if (command.name === 'service') return SERVICES.test(words[0] ?? '') && words[1] === 'stop';
    return false;
  },
);
