/** What both dialects share of one connection: the shares that it may open, its files on them, and how what happens is told. */
import type { ServiceSession } from '../service/service.types.ts';
import { fileTime } from '../ntlm/ntlm-messages.ts';
import type { ClientFiles, ShareStore } from './files/share-store.ts';
import type { DiskOpen } from './files/disk-open.ts';
import { DiskTree } from './files/disk-tree.ts';
import type { VolumeFacts } from './files/file-info.ts';
import { STATUS } from './nt-status.ts';
import { openPipe, type PipeOpen } from './pipe-open.ts';
import type { RpcHost } from './rpc/rpc-endpoint.ts';
import type { Account, Share, SmbIdentity } from './smb.types.ts';
import { SmbTelemetry } from './smb.telemetry.ts';

/** Open files and pipes of one connection. */
export const MAX_OPENS = 1024;
export const MAX_TREES = 256;
export const MAX_SESSIONS = 32;

export interface SmbServer {
  readonly identity: SmbIdentity;
  readonly store: ShareStore;
  /** Bytes of unfinished messages over all connections. */
  readonly memory: MemoryBudget;
}

/** A bound that connections share. */
export class MemoryBudget {
  readonly #limit: number;
  #used = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  take(bytes: number): boolean {
    if (this.#used + bytes > this.#limit) return false;
    this.#used += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#used = Math.max(0, this.#used - bytes);
  }
}

export class PipeTree {
  readonly kind = 'pipe';
  readonly share: Share;

  constructor(share: Share) {
    this.share = share;
  }

  get announcedAccess(): number {
    return 0x001f_00a9;
  }
}

export type Tree = DiskTree | PipeTree;
export type Open = DiskOpen | PipeOpen;

export class SmbClient {
  readonly server: SmbServer;
  readonly session: ServiceSession;
  readonly telemetry: SmbTelemetry;
  #files: ClientFiles | undefined;

  constructor(server: SmbServer, session: ServiceSession) {
    this.server = server;
    this.session = session;
    this.telemetry = new SmbTelemetry(session);
  }

  get identity(): SmbIdentity {
    return this.server.identity;
  }

  /** Before the first login: what is known of the attacker, and their files. */
  async prepare(): Promise<void> {
    const { session, server } = this;
    if (this.#files !== undefined) return;
    await session.logins.prepare(session.actor);
    const files = await server.store.open(session);
    if (session.over) files.release();
    else this.#files = files;
  }

  get prepared(): boolean {
    return this.#files !== undefined;
  }

  /** @param path `\\server\share`, or the share's name alone */
  connect(path: string, account: Account): { readonly status: number; readonly tree?: Tree } {
    const name = path.split('\\').at(-1) ?? '';
    const share = this.#findShare(name, account);
    const isNobodysHome =
      share === undefined && name.toLowerCase() === 'nobody' && (account.guest || account.anonymous);
    const status =
      share === undefined
        ? isNobodysHome && this.identity.product.family === 'samba'
          ? STATUS.ACCESS_DENIED
          : STATUS.BAD_NETWORK_NAME
        : this.#refusal(share, account);
    this.telemetry.share(share?.name ?? name, status === STATUS.SUCCESS);
    if (status !== STATUS.SUCCESS || share === undefined) return { status };
    if (share.kind !== 'disk') return { status, tree: new PipeTree(share) };
    return { status, tree: this.#diskTree(share, account) };
  }

  openPipe(name: string, account: Account): ReturnType<typeof openPipe> {
    return openPipe(name, this.rpcHost(account));
  }

  rpcHost(account: Account): RpcHost {
    const { identity, session, telemetry } = this;
    return {
      identity,
      account,
      session,
      call: (what) => telemetry.call(what),
      probe: (what) => telemetry.probe(what),
      hasPipe: (name) => this.#pipes.has(name),
      addPipe: (name) => {
        if (this.#pipes.size < 64) this.#pipes.add(name);
      },
    };
  }

  closed(): void {
    this.#files?.release();
    this.#files = undefined;
  }

  /** Pipes that an attacker's service would have made. */
  readonly #pipes = new Set<string>();

  #findShare(name: string, account: Account): Share | undefined {
    const wanted = name.toLowerCase();
    const { shares, product, persona } = this.identity;
    const found = shares.find((share) => share.name.toLowerCase() === wanted);
    if (found !== undefined || product.family === 'windows' || account.guest || account.anonymous) return found;
    // Samba's [homes]: everybody has a share of their own name.
    const user = persona.users.find((candidate) => candidate.name === account.name);
    if (user === undefined || user.name.toLowerCase() !== wanted) return undefined;
    return {
      name: user.name,
      kind: 'disk',
      path: user.home,
      comment: 'Home Directories',
      access: 'users',
      writable: false,
    };
  }

  #refusal(share: Share, account: Account): number {
    const isGuest = account.guest || account.anonymous;
    if (share.kind === 'ipc') return STATUS.SUCCESS;
    if (isGuest && this.identity.product.family === 'windows') return STATUS.ACCESS_DENIED;
    if (share.access === 'admins' && !account.admin) return STATUS.ACCESS_DENIED;
    if (share.access === 'users' && isGuest) return STATUS.ACCESS_DENIED;
    return STATUS.SUCCESS;
  }

  #diskTree(share: Share, account: Account): DiskTree {
    const { session, identity } = this;
    const files = this.#files!;
    const place = files.place(share, account);
    return new DiskTree({
      share,
      fs: place.fs,
      root: place.root,
      user: place.user,
      writable: share.writable || (share.access === 'admins' && account.admin),
      attributes: files.attributes,
      ...(place.ownerUid === undefined ? {} : { ownerUid: place.ownerUid }),
      volume: volumeOf(identity, share, session.clock.now()),
      observe: (what) => {
        if (what.kind !== 'read' && what.kind !== 'list') place.changed();
        this.telemetry.file(share.name, what);
      },
    });
  }
}

function volumeOf({ persona, product }: SmbIdentity, share: Share, now: number): VolumeFacts {
  const seed = Buffer.from(
    persona.derive(`smb volume ${product.family === 'samba' ? share.name : share.path.slice(0, 2)}`, 8),
  );
  const totalKb = persona.hardware.diskKb;
  // A disk that fills a little every day, and is cleaned up now and then.
  const filled = 0.35 + (seed[4]! / 255) * 0.3 + (Math.floor(now / 86_400_000) % 30) * 0.002;
  return {
    product: product.family,
    label: product.family === 'samba' ? share.name : share.path.toUpperCase().startsWith('C:') ? '' : 'Data',
    serial: seed.readUInt32LE(0),
    created: fileTime(Math.floor(persona.installedAt / 1000) * 1000),
    totalKb,
    freeKb: Math.floor((totalKb * (1 - filled)) / 4) * 4,
  };
}
