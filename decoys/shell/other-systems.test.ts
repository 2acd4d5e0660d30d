/** A login on a machine that is no Debian: what it shows of itself is its own, in every place that people look at. */
import { describe, expect, it } from 'vitest';
import { createPersona } from '../persona/persona.ts';
import type { Persona } from '../persona/persona.types.ts';
import { openMachine } from './machine.ts';
import { systemClock } from '@netsentinel/kernel/clock';
import { runCommand } from './shell-session.fixture.ts';

const on = (name: string): { persona: Persona; readonly out: (command: string, user?: string) => Promise<string> } => {
  const persona = createPersona(new Uint8Array([6, 1]), name);
  const machine = openMachine(persona, systemClock);
  return {
    persona,
    out: async (command, user = 'root') => {
      const { stdout, stderr } = await runCommand(machine, command, { user });
      return stdout + stderr;
    },
  };
};

describe('Ubuntu', () => {
  const { persona, out } = on('ubuntu-22.04-web');
  it.each([
    ['lsb_release -d', /^Description:\tUbuntu 22\.04\.5 LTS$/m],
    ['cat /proc/version', /Ubuntu 11\.4\.0/],
    ['dpkg -l openssh-server', /1:8\.9p1-3ubuntu0\.1\d/],
    ['dpkg -l | grep -c deb12', /^0$/m],
    ['apt-cache policy mysql-server-8.0', /0ubuntu0\.22\.04\.1/],
    ['systemctl --version', /^systemd 249 /],
    ['ss -tln', /:3306 [^]*:22 |:22 [^]*:3306 /],
    ['ps aux', /^mysql .*\/usr\/sbin\/mysqld$/m],
    ['ls /etc/netplan', /^50-cloud-init\.yaml$/m],
  ])('%s', async (command, expected) => expect(await out(command)).toMatch(expected));

  it('has its own kernel in every place', async () => {
    const { kernelRelease } = persona.os;
    expect(await out('uname -r; ls /boot /lib/modules; cat /proc/cmdline')).toMatch(
      new RegExp(`${kernelRelease}[^]*vmlinuz-${kernelRelease}[^]*${kernelRelease}[^]*vmlinuz-${kernelRelease}`),
    );
    expect(await out('ls /boot /lib/modules')).not.toContain('amd64');
  });

  it('fetches packages from its own mirrors', async () => {
    expect(await out('apt-get update')).toContain('http://security.ubuntu.com/ubuntu jammy-security');
    expect(await out('cat /etc/apt/sources.list')).not.toContain('debian');
  }, 20_000);
});

describe('Rocky Linux', () => {
  const { persona, out } = on('rocky-9-app');
  it.each([
    ['cat /etc/redhat-release', /^Rocky Linux release 9\.\d \(Blue Onyx\)$/m],
    ['rpm -q httpd', /^httpd-2\.4\.\d+-\d+\.el9.*\.x86_64$/m],
    ['rpm -qa', /^openssh-server-8\.7p1-.*el9/m],
    ['rpm -q nmap', /^package nmap is not installed$/m],
    ['yum list installed bash', /^bash\.x86_64 +5\.1\.8-9\.el9 +@baseos$/m],
    ['dnf repolist', /^baseos +Rocky Linux 9 - BaseOS$/m],
    ['dnf frobnicate', /^No such command: frobnicate/m],
    ['dnf remove nmap', /^No packages marked for removal\.$/m],
    ['dnf install bash', /^Package bash-5\.1\.8-9\.el9\.x86_64 is already installed\.$/m],
    ['apt update', /command not found/],
    ['ps aux', /^apache .*\/usr\/sbin\/httpd -DFOREGROUND$/m],
    ['id apache', /^uid=48\(apache\) gid=48\(apache\)/m],
    ['ls /etc/debian_version /etc/apt', /No such file or directory[^]*No such file or directory/],
  ])('%s', async (command, expected) => expect(await out(command)).toMatch(expected));

  it('cannot reach its mirrors, and who may not may not', async () => {
    const { name } = persona.users.find((user) => user.uid >= 1000 && user.login)!;
    expect(await out('dnf -y install nmap', name)).toContain('superuser privileges');
    expect(await out('dnf -y install nmap')).toContain("Failed to download metadata for repo 'baseos'");
    expect(await out('rpm -i x.rpm; rpm')).toContain('open of x.rpm failed');
  }, 20_000);
});

describe.each(['dlink-home-router', 'foscam-camera'])('%s', (name) => {
  const { persona, out } = on(name);
  const [user] = persona.users;
  it.each([
    ['busybox | head -1', /^BusyBox v1\.1\d\.\d \(20.*CST\) multi-call binary\.$/m],
    ['ps', /^ +PID USER +VSZ STAT COMMAND\n +1 \w+ +1012 S +init$/m],
    ['free', /^-\/\+ buffers: +\d+ +\d+$/m],
    ['ifconfig', /Link encap:Ethernet {2}HWaddr [0-9A-F:]{17}/],
    ['netstat -tln', /0\.0\.0\.0:23 /],
    ['apt', /^sh: apt: not found$/m],
    ['cat /proc/mtd', /^mtd0: /m],
    ['/bin/busybox ECCHI', /^ECCHI: applet not found$/m],
    ['id', /^uid=0/],
  ])('%s', async (command, expected) => expect(await out(command, user!.name)).toMatch(expected));

  it('is of its own processor', async () => {
    const processor = persona.os.machine === 'mips' ? /MIPS 1004Kc/ : /ARM926EJ-S/;
    expect(await out('cat /proc/cpuinfo', user!.name)).toMatch(processor);
    expect(await out('uname -m', user!.name)).toBe(`${persona.os.machine}\n`);
    expect(await out('cat /proc/net/arp', user!.name)).toContain(persona.neighbours[0]?.mac ?? 'HWaddr');
  });
});

describe('the hardware', () => {
  const HARDWARE =
    'dmidecode -s system-manufacturer; systemd-detect-virt; lscpu; lspci; dmesg; hostnamectl; cat /sys/class/dmi/id/product_name';
  it.each([
    [
      '00:0c:29',
      'VMware',
      /^VMware, Inc\.\nvmware\n[^]*Hypervisor vendor: +VMware\n[^]*VMXNET3[^]*Hypervisor detected: VMware[^]*VMware Virtual Platform/,
    ],
    [
      '00:15:5d',
      'Hyper-V',
      /^Microsoft Corporation\nmicrosoft\n[^]*Hypervisor vendor: +Microsoft\n[^]*Hypervisor detected: Microsoft Hyper-V/,
    ],
    ['52:54:00', 'KVM', /^QEMU\nkvm\n[^]*Hypervisor vendor: +KVM\n[^]*Virtio[^]*kvm-clock/],
  ])('%s is of %s in every place', async (oui, _name, expected) => {
    const seeds = Array.from({ length: 40 }, (_, at) => createPersona(new Uint8Array([at, 3]), 'ubuntu-22.04-web'));
    const persona = seeds.find(({ network }) => network.mac.startsWith(oui))!;
    const { stdout } = await runCommand(openMachine(persona, systemClock), HARDWARE);
    expect(stdout).toMatch(expected);
    expect(/kvm|virtio|qemu/i.test(stdout)).toBe(oui === '52:54:00');
  });

  it('is its own where there is no hypervisor', async () => {
    const { out } = on('omv-7-nas');
    const said = await out(HARDWARE);
    expect(said).toMatch(/^(?:Supermicro|To Be Filled By O\.E\.M\.)\nnone\n/);
    expect(said).not.toMatch(/kvm|virtio|qemu|hypervisor vendor/i);
  });
});
