/** What tests and benchmarks see of our own SSH client. */

export interface SshClientOptions {
  readonly host: string;
  readonly port: number;
  /** The local address to come from: many attackers from one machine. */
  readonly localAddress?: string;
  readonly user: string;
  /** Several are tried in order on one connection. */
  readonly password: string | readonly string[];
  /** One name, or several in order; default chacha20-poly1305@openssh.com. */
  readonly cipher?: string | readonly string[];
  /** Default hmac-sha2-256-etm@openssh.com. */
  readonly mac?: string;
  /** False skips checking the host key's signature, for load where the client should cost little. Default true. */
  readonly verifyHostKey?: boolean;
  /** True uses one key pair for all connections of the process, for the same reason. Default false. */
  readonly reuseEphemeralKey?: boolean;
  /** Default `SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u7`. */
  readonly version?: string;
  /** Gives up after this; default 30,000. */
  readonly timeoutMs?: number;
}

export interface SshClient {
  /** The server's identification string. */
  readonly serverVersion: string;
  /** The server's host key blob. */
  readonly hostKey: Uint8Array;
  /** How many passwords it took. */
  readonly attempts: number;
  /** A login shell, on a terminal unless that is false. */
  shell(terminal?: SshTerminal | false): Promise<SshChannel>;
  exec(command: string, terminal?: SshTerminal): Promise<SshChannel>;
  subsystem(name: string): Promise<SshChannel>;
  /** Runs a command to its end. */
  run(command: string): Promise<SshRunResult>;
  /** Resolves when the connection is gone. */
  readonly closed: Promise<void>;
  /** Ends the connection at once. */
  close(): void;
}

export interface SshTerminal {
  readonly type?: string;
  readonly columns?: number;
  readonly rows?: number;
}

export interface SshChannel {
  /** Waits inside for the server's window. */
  write(data: string | Uint8Array): void;
  /** Called with what arrives, also with what arrived before; the bytes are the listener's own. One listener. */
  onData(listener: (chunk: Buffer, stream: 'stdout' | 'stderr') => void): void;
  /** Resolves with what has arrived so far once it contains `text`. */
  waitFor(text: string): Promise<string>;
  resize(columns: number, rows: number): void;
  /** No more input. */
  end(): void;
  close(): void;
  /** The exit status, undefined where a signal or the connection ended it; resolves when the channel is closed. */
  readonly exit: Promise<number | undefined>;
}

export interface SshRunResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | undefined;
}

/** Why there is no connection. `auth`: every password was refused. */
export class SshClientError extends Error {
  readonly reason: 'auth' | 'protocol' | 'closed' | 'timeout';

  constructor(reason: SshClientError['reason'], message: string) {
    super(message);
    this.name = 'SshClientError';
    this.reason = reason;
  }
}
