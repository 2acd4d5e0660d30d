/**
 * What an attacker put into the web root, by whatever way: it lies on their machine, and nobody else sees it. Most visitors have no machine; that is remembered for a
 * while, so that their requests do not ask for it again and again.
 */
import type { Actor } from '@netsentinel/contracts/actor';
import { WEB_ROOT, type Visit } from '../visit.ts';
import type { SiteFile } from './site.types.ts';

/** How long somebody without a machine is taken to have none. */
const FORGET_MS = 5_000;
const MAX_REMEMBERED = 10_000;
const ROOT = { uid: 0, gid: 0, groups: [0] };

export class AttackerFiles {
  readonly #without = new Map<Actor, number>();

  /** False where it is known that there is no machine to look at. */
  mayHave(visit: Visit): boolean {
    const until = this.#without.get(visit.session.actor);
    return visit.hasMachine || until === undefined || until < visit.session.clock.monotonicMs();
  }

  /** The file at a path of the site, as the attacker left it. */
  async find(visit: Visit, path: string): Promise<SiteFile | undefined> {
    const { actor, clock } = visit.session;
    const lease = await visit.knownMachine();
    if (lease === undefined) {
      this.#without.delete(actor);
      this.#without.set(actor, clock.monotonicMs() + FORGET_MS);
      if (this.#without.size > MAX_REMEMBERED) this.#without.delete(this.#without.keys().next().value!);
      return undefined;
    }
    const { fs } = lease.machine;
    const names = path.endsWith('/') ? [`${path}index.html`, `${path}index.php`] : [path];
    for (const name of names) {
      const stat = fs.stat(`${WEB_ROOT}${name}`, ROOT);
      if (!stat.ok || stat.value.type !== 'file') continue;
      const read = fs.read(`${WEB_ROOT}${name}`, ROOT);
      if (!read.ok) continue;
      return {
        path: name,
        content: Buffer.from(read.value),
        modified: stat.value.mtime * 1000,
        inode: stat.value.inode,
      };
    }
    return undefined;
  }
}
