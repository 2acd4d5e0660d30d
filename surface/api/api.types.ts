/** What the API is handed by the platform, and what the platform gets of it. */
import type { Server } from 'node:net';
import type { Action } from '@netsentinel/contracts/action';
import type { BlobStore } from '@netsentinel/contracts/blob-store';
import type { Clock } from '@netsentinel/contracts/clock';
import type { EventStore } from '@netsentinel/contracts/event-store';
import type { IncidentSummary } from '@netsentinel/contracts/incident';
import type { PlatformStatus } from '@netsentinel/contracts/live';
import type { Logger } from '@netsentinel/contracts/log';
import type { Dismissed, NotAnAttack } from '@netsentinel/contracts/not-an-attack';
import type { StateStore } from '@netsentinel/contracts/state-store';
import type { Sealer } from '@netsentinel/kernel/sealer';
import type { Recovery } from './auth/recover.ts';
import type { BlockList } from './http/blocklist/block-list.ts';
import type { BlocklistConfig } from './http/blocklist/blocklist.config.ts';
import type { Bouncers } from './http/blocklist/bouncers.ts';
import type { Route } from './http/route.ts';

export interface ApiOptions {
  readonly state: StateStore;
  readonly events: EventStore;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly log: Logger;
  /** Hides what is needed again of second factors. */
  readonly sealer: Sealer;
  /** The folder of the console's static export. */
  readonly consoleRoot: string;
  /** PEM; plain HTTP without it. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** Overrides of the HTTP server's own, for tests. */
  readonly timeouts?: {
    readonly headersTimeout?: number;
    readonly requestTimeout?: number;
    readonly connectionsCheckingInterval?: number;
  };
  /** For tests: each answer of a route before it is written, to be held against what the route declares. */
  readonly onAnswer?: (route: Route, status: number, payload: unknown) => void;
  /** ATT&CK names for the console, served as it is. */
  readonly attack: unknown;
  /** Asked at most once a second. */
  status(): PlatformStatus;
  /** A person's word that an incident is no attack, and taking back what it taught. */
  readonly dismissals: {
    dismiss(incident: string, word: NotAnAttack, by: string): Promise<Dismissed | undefined>;
    endException(id: string, by: string): Promise<boolean>;
  };
  /** What others enforce for us; without it nobody is told. */
  readonly blocklist?: {
    readonly mode: BlocklistConfig['mode'];
    readonly list: BlockList;
    readonly bouncers: Bouncers;
  };
  /** What a signed-in person may order. Resolves once the enforcer has been told; false where no such block is in force. */
  readonly response: { revert(actionId: string, by: string): Promise<boolean>; revertAll(by: string): Promise<number> };
}

export interface ApiServer {
  /** Serves on a listener that was bound elsewhere. Called once. */
  serve(listener: Server): void;
  /**
   * Path (with a one-time token, good for 24 hours) under which the first account is made; undefined once there is one. The same token is
   * answered until it is used.
   */
  firstRunPath(): Promise<string | undefined>;
  /** Path of a link by which an account gets a new password, asked for at the machine itself; undefined where there is no such account. */
  recoverPath(recovery: Recovery): Promise<string | undefined>;
  readonly live: LiveHub;
  close(): Promise<void>;
}

/** Pushes to signed-in consoles. Never waits and never throws; slow clients miss status and terminal pieces, never incidents or actions. */
export interface LiveHub {
  incident(incident: IncidentSummary): void;
  action(action: Action): void;
  /** A piece of a session's recording, starting at this byte of it. */
  terminal(session: string, offset: number, chunk: Uint8Array): void;
}
