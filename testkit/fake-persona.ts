/** One persona that is always the same, for the tests of single programs. */
import type { Persona } from '@netsentinel/decoys/persona/persona.types';

export const fakePersona: Persona = {
  profile: 'debian-12-server',
  files: 'debian-12-server',
  hostname: 'web01',
  domain: 'kestova.lan',
  os: {
    id: 'debian',
    family: 'linux',
    name: 'Debian GNU/Linux',
    codename: 'bookworm',
    build: '',
    prettyName: 'Debian GNU/Linux 12 (bookworm)',
    version: '12.11',
    kernelRelease: '6.1.0-37-amd64',
    kernelVersion: '#1 SMP PREEMPT_DYNAMIC Debian 6.1.140-1 (2025-05-22)',
    machine: 'x86_64',
  },
  hardware: {
    cpuModel: 'Intel Xeon Processor (Skylake, IBRS)',
    cpus: 2,
    memoryKb: 4_014_604,
    diskKb: 41_943_040,
    maker: 'QEMU',
    model: 'Standard PC (Q35 + ICH9, 2009)',
  },
  network: {
    interface: 'eth0',
    mac: '52:54:00:12:34:56',
    address: '192.0.2.17',
    prefix: 24,
    gateway: '192.0.2.1',
    dns: ['192.0.2.53'],
  },
  timeZone: 'UTC',
  bootedAt: (now) => now - 12 * 86_400_000 - 3_700_000,
  installedAt: Date.UTC(2025, 5, 3, 10, 12),
  users: [
    { name: 'root', uid: 0, gid: 0, gecos: 'root', home: '/root', shell: '/bin/bash', login: true },
    {
      name: 'www-data',
      uid: 33,
      gid: 33,
      gecos: 'www-data',
      home: '/var/www',
      shell: '/usr/sbin/nologin',
      login: false,
    },
    { name: 'admin', uid: 1000, gid: 1000, gecos: 'Admin,,,', home: '/home/admin', shell: '/bin/bash', login: true },
  ],
  ssh: { version: '2.0', software: 'OpenSSH_9.2p1 Debian-2+deb12u6' },
  software: {
    openssh: {
      product: 'OpenSSH',
      version: '9.2p1 Debian 2+deb12u6',
      extra: 'protocol 2.0',
      banner: 'OpenSSH_9.2p1 Debian-2+deb12u6',
    },
    nginx: { product: 'nginx', version: '1.22.1', banner: 'nginx/1.22.1' },
  },
  services: [{ decoy: 'ssh', transport: 'tcp', port: 22, software: 'openssh', options: {} }],
  organization: { name: 'Kestova Systems', short: 'kestova', city: 'Hamburg', country: 'DE' },
  netbios: { name: 'WEB01', domain: 'WORKGROUP', isMember: false, sid: 'S-1-5-21-1004336348-1177238915-682003330' },
  shares: [],
  databases: [],
  sites: [],
  certificate: {
    commonName: 'web01.kestova.lan',
    altNames: ['web01.kestova.lan'],
    validFrom: Date.UTC(2025, 5, 3, 11),
    days: 3650,
  },
  neighbours: [{ hostname: 'gw', address: '192.0.2.1', mac: '00:0d:b9:12:34:56', role: 'gateway' }],
  issue: 'Debian GNU/Linux 12',
  derive: (purpose, bytes) => {
    const out = new Uint8Array(bytes);
    let hash = 2166136261;
    for (let index = 0; index < bytes; index += 1) {
      for (const char of `${purpose}:${index}`) hash = Math.imul(hash ^ char.charCodeAt(0), 16777619) >>> 0;
      out[index] = hash >>> 16;
    }
    return out;
  },
};
