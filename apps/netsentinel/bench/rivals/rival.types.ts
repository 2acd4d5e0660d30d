import type { NetworkLab } from '@netsentinel/testkit/netns';

export interface RivalSetting {
  /** Its own namespaces: what it blocks there nobody else blocks. */
  readonly lab: NetworkLab;
  /** A folder of its own. */
  readonly folder: string;
  /** The log that all follow; it exists. */
  readonly log: string;
  /** Failed logins from one address that are too many. */
  readonly threshold: number;
}

/** A product that follows a log and blocks in its namespace. */
export interface Rival {
  readonly name: string;
  /** Resolves once it follows the log; how to end it. Rejects where it is not installed, saying what is missing. */
  start(setting: RivalSetting): Promise<{ stop(): Promise<void> }>;
}
