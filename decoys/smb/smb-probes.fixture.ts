/**
 * Questions put to a file server, and what it answered without what differs from run to run. Asked of the decoy and of a real Samba alike, they show every
 * difference. Each probe has a connection of its own.
 */
import { changes } from './smb-change-probes.fixture.ts';
import { listings, opens, questions } from './smb-open-probes.fixture.ts';
import type { SmbProbe } from './smb-probe.fixture.ts';
import { logins, negotiations, smb1Negotiations, trees } from './smb-session-probes.fixture.ts';

export const SMB_PROBES: readonly SmbProbe[] = [
  ...negotiations,
  ...smb1Negotiations,
  ...logins,
  ...trees,
  ...opens,
  ...questions,
  ...listings,
  ...changes,
];
