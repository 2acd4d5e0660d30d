/**
 * Where the shares of a persona lie: folders of the machine that the attacker also meets over SSH where it has them, and for the rest a tree of our own with
 * believable content, one for each attacker, changed by nobody else.
 */
import { createHmac } from 'node:crypto';
import type { DecoyContext } from '@netsentinel/contracts/decoy';
import { MachinePool, type MachineLease } from '../../service/machine-pool.ts';
import type { ServiceSession } from '../../service/service.types.ts';
import { OverlayFileSystem } from '../../shell/fs/overlay-fs.ts';
import { restoreSnapshot, takeSnapshot } from '../../shell/fs/snapshot.ts';
import type { FileSystem, FsUser, OpenMachine } from '../../shell/shell.types.ts';
import type { Account, Share, SmbIdentity } from '../smb.types.ts';
import { shareContent } from './share-content.ts';
import { ownRoot } from './share-path.ts';

export interface SharePlace {
  readonly fs: FileSystem;
  readonly root: string;
  readonly user: FsUser;
  /** Who is said to own files that the place itself knows no owner of. */
  readonly ownerUid?: number;
  changed(): void;
}

/** The files of one attacker, as long as a connection of theirs is open. */
export interface ClientFiles {
  place(share: Share, account: Account): SharePlace;
  /** What clients have set and the file system has no place for. */
  readonly attributes: Map<string, number>;
  release(): void;
}

const ROOT: FsUser = { uid: 0, gid: 0, groups: [0] };
/** Attackers whose attributes are remembered. */
const MAX_ACTORS = 512;

export class ShareStore {
  readonly #identity: SmbIdentity;
  readonly #pool: MachinePool;
  readonly #attributes = new Map<string, Map<string, number>>();

  constructor(ctx: DecoyContext, identity: SmbIdentity, maxMachines: number) {
    this.#identity = identity;
    const content = shareContent(identity);
    const openMachine: OpenMachine = (persona, clock, snapshot) => {
      const fs = new OverlayFileSystem(content.tree, (entry) => content.content(entry), clock);
      if (snapshot !== undefined) restoreSnapshot(fs, snapshot);
      return {
        persona,
        fs,
        get revision() {
          return fs.revision;
        },
        user: () => undefined,
        snapshot: () => takeSnapshot(fs),
        openShell() {
          throw new Error('there is no shell behind shares');
        },
      };
    };
    const name = createHmac('sha256', ctx.seed).update(`shares ${ctx.decoy}`).digest('base64url').slice(0, 16);
    const { persona } = identity;
    this.#pool = new MachinePool({
      persona,
      openMachine,
      clock: ctx.clock,
      memory: ctx.memory,
      maxIdle: maxMachines,
      name,
    });
  }

  async open(session: ServiceSession): Promise<ClientFiles> {
    const own = await this.#pool.acquire(session.actor);
    const machine =
      this.#identity.product.family === 'samba' ? await session.machines.acquire(session.actor) : undefined;
    return {
      attributes: this.#attributesOf(session.actor),
      place: (share, account) => this.#place(own, machine, share, account),
      release() {
        own.release();
        machine?.release();
      },
    };
  }

  #place(own: MachineLease, machine: MachineLease | undefined, share: Share, account: Account): SharePlace {
    if (machine !== undefined) {
      const { fs } = machine.machine;
      const names = fs.list(share.path, ROOT);
      // A folder of the machine that has something in it is what the share shows.
      if (names.ok && (names.value.length > 0 || share.comment === 'Home Directories'))
        return { fs, root: share.path, user: account.user, changed: () => machine.changed() };
    }
    return {
      fs: own.machine.fs,
      root: ownRoot(share.path),
      user: ROOT,
      ownerUid: account.user.uid,
      changed: () => own.changed(),
    };
  }

  #attributesOf(actor: string): Map<string, number> {
    const known = this.#attributes.get(actor) ?? new Map<string, number>();
    this.#attributes.delete(actor);
    this.#attributes.set(actor, known);
    if (this.#attributes.size > MAX_ACTORS) this.#attributes.delete(this.#attributes.keys().next().value!);
    return known;
  }
}
