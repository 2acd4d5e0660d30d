/** What the drill's starter tells the attacker of, and hears from it. */
export interface Targets {
  /** Files that hold state, secrets or configuration. */
  readonly files: readonly string[];
  /** Sockets of the platform and the enforcer. */
  readonly sockets: readonly string[];
  readonly folder: string;
  /** A folder that the file system lets anyone write to. */
  readonly writable: string;
  /** The clone, part of which the decoy host reads. */
  readonly readable: string;
  /** A word in the environment of the starter and of its helper. */
  readonly secret: string;
  readonly otherPid: number;
  readonly starterPid: number;
  readonly tcpPort: number;
  readonly udpPort: number;
  readonly ownAddress: string;
  /** The attacker has an empty network of its own, so that trying to reach the world troubles nobody. */
  readonly ownNetwork: boolean;
  /** The attacker is not confined at all. */
  readonly unconfined: boolean;
}

export interface Outcome {
  readonly name: string;
  readonly held: boolean;
  readonly detail: string;
}

export interface DrillReport {
  readonly level: 'root' | 'user' | 'none';
  readonly outcomes: readonly Outcome[];
  /** What arrived where only the attacker could have sent it. */
  readonly datagrams: number;
  readonly listenerReached: boolean;
  readonly helperAlive: boolean;
  readonly forgedEvents: number;
  readonly ownEvents: number;
  readonly forgedRecordings: number;
  readonly forgedMemories: number;
}
