/** What a connection of SMB2 and those who handle its requests know of each other. */
import type { SmbClient } from '../smb-client.ts';
import type { LittleReader } from '../wire.ts';
import type { Reply, Smb2Header } from './smb2-header.ts';
import type { Agreed } from './smb2-negotiate.ts';
import type { Smb2Session, Smb2Tree } from './smb2-session.ts';

/** One request as its handler sees it. */
export interface Request {
  readonly header: Smb2Header;
  /** With its header: offsets inside count from there. */
  readonly message: Buffer;
  readonly body: LittleReader;
  readonly session: Smb2Session;
  readonly tree: Smb2Tree;
  /** In a chain: the file that the request before it opened. */
  readonly chained: { fileId: readonly [bigint, bigint] | undefined };
}

/** `none`: nothing is answered (now). */
export type Handled = Reply | 'none';

/** `PENDING` with the id that the later answer will carry. */
export interface PendingReply extends Reply {
  readonly asyncId: bigint;
}

/** What stands for the body as long as there is no answer: both products fill the last byte so. */
export const PENDING_BODY = Buffer.from('090000000000000021', 'hex');

/** The connection as its files see it. */
export interface Smb2Peer {
  readonly client: SmbClient;
  readonly agreed: Agreed | undefined;
  /** An answer that comes later, as asynchronous. */
  answerLater(header: Smb2Header, asyncId: bigint, reply: Reply): void;
  /** The same, right behind the answer to what is being handled. */
  answerNext(header: Smb2Header, asyncId: bigint, reply: Reply): void;
}
