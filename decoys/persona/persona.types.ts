/** A persona is one believable machine: the same seed gives the same one for ever, two seeds share nothing that could link them. */
export interface Persona {
  /** `debian-12-server`: the folder of its data in `content/personas/`. */
  readonly profile: string;
  readonly hostname: string;
  readonly os: {
    readonly id: 'debian';
    readonly prettyName: string;
    readonly version: string;
    readonly kernelRelease: string;
    readonly kernelVersion: string;
    readonly machine: string;
  };
  readonly hardware: {
    readonly cpuModel: string;
    readonly cpus: number;
    readonly memoryKb: number;
    readonly diskKb: number;
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
  readonly ssh: { readonly version: string; readonly software: string };
  /** `bytes` that belong to this persona and purpose alone. */
  derive(purpose: string, bytes: number): Uint8Array;
}

export interface PersonaUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly gecos: string;
  readonly home: string;
  readonly shell: string;
  /** True for those a person could log in as. */
  readonly login: boolean;
}
