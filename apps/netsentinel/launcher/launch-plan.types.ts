/** What the launcher is to start: all of the configuration that it needs, read and checked. Plain data, to be sent from where it was read. */
import type { PlaceFiles } from '@netsentinel/enrich/places/read-places';
import type { CollectorPlan } from '../config/collector-plan.ts';
import type { ConsoleTls } from '../config/console-tls.ts';
import type { DecoyPlan } from '../config/decoy-plan.ts';
import type { NetSentinelConfig } from '../config/netsentinel.config.ts';
import type { PlaybookPlan } from '../config/playbook-plan.ts';
import type { DataFolder } from './data-folder.ts';

export interface LaunchPlan {
  /** The folder of the clone. */
  readonly home: string;
  readonly config: NetSentinelConfig;
  /** Which decoys of which machines are started, and where. */
  readonly decoys: DecoyPlan;
  readonly folder: DataFolder;
  /** Files that say where addresses are; travel is not judged without. */
  readonly places?: PlaceFiles;
  readonly collectors: readonly CollectorPlan[];
  /** None may do anything without. */
  readonly playbooks?: PlaybookPlan;
  /** The console's certificate; plain HTTP without. */
  readonly tls?: ConsoleTls;
  /** Where the configuration names the console's port: `netsentinel.yaml:12:5`. */
  readonly where: { readonly console: string };
}
