/** Files under `/etc` that only one family of distributions has: where packages come from, how the network is set up, what greets a login. */
import type { InstallationData } from '../../persona/installation-data.ts';
import type { Persona } from '../../persona/persona.types.ts';

/** Path and text of each. */
export function distributionFiles(persona: Persona, data: InstallationData): [string, string][] {
  const { network } = persona;
  if (data.facts.packageManager === 'dnf') return redHatFiles(persona);
  const sources: [string, string] = ['/etc/apt/sources.list', aptSources(data)];
  const bashrc: [string, string] = ['/etc/bash.bashrc', BASH_BASHRC];
  if (persona.os.id === 'ubuntu')
    return [
      sources,
      bashrc,
      ['/etc/netplan/50-cloud-init.yaml', netplan(network)],
      ['/etc/legal', '\nUbuntu comes with ABSOLUTELY NO WARRANTY, to the extent permitted by\napplicable law.\n\n'],
      ['/etc/motd', ubuntuGreeting(persona)],
    ];
  return [
    sources,
    bashrc,
    [
      '/etc/network/interfaces',
      `# This file describes the network interfaces available on your system\n# and how to activate them. For more information, see interfaces(5).\n\nsource /etc/network/interfaces.d/*\n\n# The loopback network interface\nauto lo\niface lo inet loopback\n\n# The primary network interface\nallow-hotplug ${network.interface}\niface ${network.interface} inet dhcp\n`,
    ],
    ['/etc/motd', MOTD],
  ];
}

function aptSources({ facts }: InstallationData): string {
  return facts.mirrors.map(([url, suite]) => `deb ${url} ${suite} ${facts.components}\n`).join('');
}

function netplan({ interface: name, mac }: Persona['network']): string {
  return `network:\n    ethernets:\n        ${name}:\n            dhcp4: true\n            match:\n                macaddress: ${mac}\n            set-name: ${name}\n    version: 2\n`;
}

/** The part of it that stands still; what is up to date and how full the disk is, changes by the hour. */
function ubuntuGreeting({ os }: Persona): string {
  return `Welcome to ${os.prettyName} (GNU/Linux ${os.kernelRelease} ${os.machine})\n\n * Documentation:  https://help.ubuntu.com\n * Management:     https://landscape.canonical.com\n * Support:        https://ubuntu.com/pro\n\n`;
}

function redHatFiles(persona: Persona): [string, string][] {
  const { network } = persona;
  const id = Buffer.from(persona.derive('connection uuid', 16))
    .toString('hex')
    .replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-a$4-$5');
  return [
    [
      `/etc/NetworkManager/system-connections/${network.interface}.nmconnection`,
      `[connection]\nid=${network.interface}\nuuid=${id}\ntype=ethernet\ninterface-name=${network.interface}\n\n[ethernet]\n\n[ipv4]\nmethod=auto\n\n[ipv6]\naddr-gen-mode=eui64\nmethod=auto\n\n[proxy]\n`,
    ],
    ['/etc/motd', ''],
  ];
}

const MOTD = `
The programs included with the Debian GNU/Linux system are free software;
the exact distribution terms for each program are described in the
individual files in /usr/share/doc/*/copyright.

Debian GNU/Linux comes with ABSOLUTELY NO WARRANTY, to the extent
permitted by applicable law.
`;

const BASH_BASHRC = `# System-wide .bashrc file for interactive bash(1) shells.\n\n[ -z "\${PS1-}" ] && return\n\nshopt -s checkwinsize\n\nPS1='\${debian_chroot:+($debian_chroot)}\\u@\\h:\\w\\$ '\n`;
