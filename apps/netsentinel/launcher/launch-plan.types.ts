/** What the launcher is to start: all of the configuration that it needs, read and checked. Plain data, to be sent from where it was read. */
import type { ConsoleTls } from '../config/console-tls.ts';
import type { NetSentinelConfig } from '../config/netsentinel.config.ts';
import type { DataFolder } from './data-folder.ts';

export interface LaunchPlan {
  /** The folder of the clone. */
  readonly home: string;
  readonly config: NetSentinelConfig;
  readonly folder: DataFolder;
  /** The console's certificate; plain HTTP without. */
  readonly tls?: ConsoleTls;
  /** Where the configuration names the console's port and each decoy's: `netsentinel.yaml:12:5`. */
  readonly where: { readonly console: string; readonly decoys: readonly string[] };
}
