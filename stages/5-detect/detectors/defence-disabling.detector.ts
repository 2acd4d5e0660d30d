/** Mandatory access control, audit, anti-virus or cloud agents were stopped or removed. */
import { commandDetector, hasFlag, operands, writesTo } from '../command-detector.ts';

const GUARD =
  /^(apparmor|auditd|selinux|clamav|clamav-daemon|clamd|fail2ban|falco|wazuh-agent|ossec|aliyun|aegis|cloudmonitor|bcm-agent|YDService|crowdsec|falcon-sensor|rsyslog|syslog|syslog-ng|snort|suricata|denyhosts|sshguard)(\.service)?$/i;
const REMOVERS = new Set(['apt', 'apt-get', 'yum', 'dnf', 'dpkg', 'rpm']);

export const defenceDisabling = commandDetector(
  {
    id: 'defence-disabling',
    title: 'Guards switched off',
    severity: 'high',
    confidence: 90,
    techniques: ['T1562.001'],
    tactics: ['TA0005'],
    falsePositives: 'An administrator who hunts a fault.',
  },
  (command) => {
    const words = operands(command);
    if (command.name === 'setenforce') return words[0] === '0' || words[0]?.toLowerCase() === 'permissive';
    if (command.name === 'systemctl')
      return /^(stop|disable|mask|kill)$/.test(words[0] ?? '') && words.slice(1).some((word) => GUARD.test(word));
    if (command.name === 'service') return GUARD.test(words[0] ?? '') && words[1] === 'stop';
    if (command.name === 'pkill' || command.name === 'killall') return words.some((word) => GUARD.test(word));
    if (REMOVERS.has(command.name))
      return (
        (/^(remove|purge|erase)$/.test(words[0] ?? '') || hasFlag(command, 'e')) &&
        words.some((word) => GUARD.test(word))
      );
    if (command.name === 'aa-teardown' || command.name === 'aa-disable') return true;
    return writesTo(command, (path) => path === '/etc/selinux/config' || path === '/proc/sys/kernel/nmi_watchdog');
  },
);
