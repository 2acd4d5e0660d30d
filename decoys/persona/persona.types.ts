/** A persona is one believable machine: the same seed gives the same one for ever, two seeds share nothing that could link them. */
export interface Persona {
  /** `debian-12-server`: the name of its file, of ours in `content/personas/` or of the user's own. */
  readonly profile: string;
  /** Whose installed files lie on its disk: a folder of `content/personas/`, a small tree of our own, or none (no shell). */
  readonly files: PersonaFiles;
  /** As `hostname` prints it: short, without the domain. */
  readonly hostname: string;
  /** DNS domain of its network, never one of the internet's: `kestova.lan`. */
  readonly domain: string;
  readonly os: PersonaOs;
  readonly hardware: {
    readonly cpuModel: string;
    readonly cpus: number;
    readonly memoryKb: number;
    readonly diskKb: number;
    /** Who made the machine and what they call it: `QEMU`, `Standard PC (Q35 + ICH9, 2009)`. */
    readonly maker: string;
    readonly model: string;
  };
  readonly network: {
    readonly interface: string;
    readonly mac: string;
    readonly address: string;
    readonly prefix: number;
    readonly gateway: string;
    readonly dns: readonly string[];
  };
  readonly timeZone: string;
  /** When the machine last booted and when it was installed, epoch ms, given the time it is asked for: uptime grows. */
  bootedAt(now: number): number;
  readonly installedAt: number;
  readonly users: readonly PersonaUser[];
  /** `software`: what stands after `SSH-2.0-`. */
  readonly ssh: { readonly version: string; readonly software: string };
  /** What is installed, by name: `openssh`, `apache`, `php`, `mysql`, `samba` (all names: `SOFTWARE_NAMES`). Versions belong together. */
  readonly software: Readonly<Partial<Record<SoftwareName, PersonaSoftware>>>;
  /** What it opens to the network, and no more. */
  readonly services: readonly PersonaService[];
  /** Whom the machine belongs to. */
  readonly organization: {
    readonly name: string;
    /** One lower-case word: `kestova`. */
    readonly short: string;
    readonly city: string;
    /** ISO 3166, two letters. */
    readonly country: string;
  };
  /** What it is in a Windows network. */
  readonly netbios: {
    /** Upper case, at most 15 characters. */
    readonly name: string;
    /** The workgroup, or the domain's NetBIOS name: upper case. */
    readonly domain: string;
    /** True where `domain` is an Active Directory that the machine has joined; its DNS name is `Persona.domain`. */
    readonly isMember: boolean;
    /** Security identifier of the machine: `S-1-5-21-…`. */
    readonly sid: string;
  };
  readonly shares: readonly PersonaShare[];
  readonly databases: readonly PersonaDatabase[];
  readonly sites: readonly PersonaSite[];
  /** The subject of its certificates and how long they live; key and serial are derived by whoever makes one. */
  readonly certificate: PersonaCertificate;
  /** Other machines of its network, that it has spoken to. */
  readonly neighbours: readonly PersonaNeighbour[];
  /** What is shown before a login over Telnet or FTP may use it: `/etc/issue.net` with its escapes expanded, without a line end. */
  readonly issue: string;
  /** `bytes` that belong to this persona and purpose alone. */
  derive(purpose: string, bytes: number): Uint8Array;
}

export const PERSONA_FILES = ['debian-12-server', 'ubuntu-22.04', 'rocky-9', 'busybox', 'none'] as const;
export type PersonaFiles = (typeof PERSONA_FILES)[number];

export interface PersonaOs {
  /** As os-release has it (`debian`, `ubuntu`, `rocky`), `windows`, or the firmware's name. */
  readonly id: string;
  readonly family: 'linux' | 'busybox' | 'windows';
  /** `Debian GNU/Linux`, `Windows Server 2019 Standard`. */
  readonly name: string;
  readonly prettyName: string;
  /** `12.15`, `22.04.5`, `9.4`; Windows: `10.0.17763`. */
  readonly version: string;
  /** `bookworm`. */
  readonly codename: string;
  /** Windows: the build and its update, `17763.5696`; firmware: its build. */
  readonly build: string;
  /** As `uname -r`, `uname -v` and `uname -m` print them; Windows has none of the first two. */
  readonly kernelRelease: string;
  readonly kernelVersion: string;
  readonly machine: string;
}

export interface PersonaUser {
  readonly name: string;
  /** Windows: the relative identifier (500, 1001 …). */
  readonly uid: number;
  readonly gid: number;
  readonly gecos: string;
  readonly home: string;
  readonly shell: string;
  /** True for those a person could log in as. */
  readonly login: boolean;
  /** True for those who may do everything. */
  readonly admin?: boolean;
}

export const SOFTWARE_NAMES = [
  'openssh',
  'dropbear',
  'telnetd',
  'apache',
  'nginx',
  'lighttpd',
  'iis',
  'php',
  'tomcat',
  'openssl',
  'mysql',
  'mariadb',
  'postgresql',
  'redis',
  'samba',
  'vsftpd',
  'proftpd',
  'bind',
  'snmpd',
  'docker',
  'kubernetes',
  'elasticsearch',
  'busybox',
  'rdp',
  'smb',
] as const;
export type SoftwareName = (typeof SOFTWARE_NAMES)[number];

export interface PersonaSoftware {
  /** As nmap names it: `Apache httpd`. */
  readonly product: string;
  /** As nmap prints it: `2.4.52`, `8.9p1 Ubuntu 3ubuntu0.10`. */
  readonly version: string;
  /** As the software names itself to clients: `Apache/2.4.52 (Ubuntu)`, `OpenSSH_8.9p1 Ubuntu-3ubuntu0.10`. */
  readonly banner?: string | undefined;
  /** What nmap adds behind the version: `(Ubuntu)`, `Ubuntu Linux; protocol 2.0`. */
  readonly extra?: string | undefined;
  /** The version of its package: `2.4.52-1ubuntu4.12`. */
  readonly package?: string | undefined;
}

export interface PersonaService {
  /** Type of the decoy that plays it: `http`. It may be one that is not built yet; then it is not started. */
  readonly decoy: string;
  readonly transport: 'tcp' | 'udp';
  /** The port that the real machine has it on. */
  readonly port: number;
  /** Which software answers there. */
  readonly software?: SoftwareName | undefined;
  /** The decoy's options, checked by its own schema. */
  readonly options: Readonly<Record<string, unknown>>;
}

export interface PersonaShare {
  readonly name: string;
  readonly kind: 'disk' | 'printer' | 'ipc';
  /** In the machine's own notation: `/srv/projects`, `D:\Shares\Projects`. Empty for `IPC$`. */
  readonly path: string;
  readonly comment: string;
  readonly access: 'everyone' | 'users' | 'admins';
  readonly writable: boolean;
}

export interface PersonaDatabase {
  readonly engine: 'mysql' | 'postgresql';
  readonly name: string;
  /** The account that owns it. */
  readonly owner: string;
  /** What kind of tables it holds. */
  readonly content: 'wordpress' | 'shop' | 'crm' | 'accounting' | 'monitoring' | 'application';
}

export interface PersonaSite {
  /** What is served: `wordpress`, `phpmyadmin`, `jenkins`, `gitlab`, `router`, `camera`, `nas`, `kubernetes`, `default` … */
  readonly application: string;
  readonly version?: string | undefined;
  readonly title: string;
  /** The name that it is asked for by; every name where there is none. */
  readonly host?: string | undefined;
  readonly path: string;
  /** The persona's own ports on which it is there. */
  readonly ports: readonly number[];
  /** Maker and model of an appliance, as its pages show them. */
  readonly model?: string | undefined;
}

export interface PersonaCertificate {
  readonly commonName: string;
  readonly altNames: readonly string[];
  readonly organization?: string | undefined;
  readonly organizationalUnit?: string | undefined;
  readonly locality?: string | undefined;
  readonly state?: string | undefined;
  /** Two letters. */
  readonly country?: string | undefined;
  /** Epoch ms. */
  readonly validFrom: number;
  readonly days: number;
}

export interface PersonaNeighbour {
  readonly hostname: string;
  readonly address: string;
  readonly mac: string;
  /** `gateway`, `workstation`, `printer`, `server`. */
  readonly role: string;
}
