/**
 * User authentication (RFC 4252, RFC 4256) as OpenSSH 9.2 on Debian 12 does it: which methods it names, what counts as a failure, after how
 * many it ends, and how long each answer takes. Pure: the verdict comes from a `CredentialPolicy`, time from the clock.
 */
import { verify as verifySignature, type KeyObject } from 'node:crypto';
import type { Clock } from '@netsentinel/contracts/clock';
import { answerAfterMs, pamDelayMs } from '../service/failure-delay.ts';
import { fingerprintOf, publicKeyFromBlob } from './host-keys.ts';
import { MSG } from './messages.ts';
import type { Transport } from './transport.ts';
import { WireReader, WireWriter } from './wire.ts';

/** sshd's default MaxAuthTries. */
const MAX_TRIES = 6;
/** What is kept of a name or a secret; longer ones fail like any wrong one. */
const MAX_NAME = 1024;

export type AuthMethod = 'none' | 'password' | 'publickey' | 'keyboard-interactive' | 'hostbased' | 'gssapi-with-mic';

export interface AuthAttempt {
  readonly user: string;
  readonly method: string;
  readonly password?: string;
  readonly publicKey?: { readonly type: string; readonly fingerprint: string; readonly blob: Uint8Array };
}

export interface UserAuthOptions {
  readonly keyboardInteractive: boolean;
  /** The mean of PAM's random delay after a wrong password, milliseconds; 0 for none. */
  readonly failureDelayMs: number;
  /** How long a right password takes until it is answered, milliseconds. */
  readonly successDelayMs: number;
  readonly maxTries?: number;
  /** What makes each user's least delay its own; secret and the install's. */
  readonly timingSecret: string;
}

export interface UserAuthHost {
  /** May take its time; must not reject. */
  checkPassword(user: string, password: string): boolean | Promise<boolean>;
  /** Where this key is authorised (`/root/.ssh/authorized_keys:1`), asked before and after it is proven. Must not reject. */
  checkKey(user: string, blob: Uint8Array): Promise<string | undefined>;
  /** One attempt is decided; called before the answer is delayed. */
  attempted(attempt: AuthAttempt, accepted: boolean): void;
  /** The user is in: USERAUTH_SUCCESS was sent. `keySource` is where the key was authorised that let them in. */
  authenticated(user: string, keySource?: string): void;
}

const scratch = new WireWriter();

export class UserAuth {
  #transport: Transport;
  #options: UserAuthOptions;
  #host: UserAuthHost;
  #clock: Clock;
  #service = false;
  #user: string | undefined;
  #connectionService = '';
  #attempts = 0;
  #failures = 0;
  #done = false;
  #interactive: { readonly user: string } | undefined;
  #cancel: (() => void) | undefined;

  constructor(transport: Transport, clock: Clock, options: UserAuthOptions, host: UserAuthHost) {
    this.#transport = transport;
    this.#clock = clock;
    this.#options = options;
    this.#host = host;
  }

  get done(): boolean {
    return this.#done;
  }

  /** False for a message that has no place here. */
  message(payload: Buffer): boolean {
    switch (payload[0]) {
      case MSG.SERVICE_REQUEST:
        this.#onServiceRequest(payload);
        return true;
      case MSG.USERAUTH_REQUEST:
        if (!this.#service) return false;
        this.#onRequest(payload);
        return true;
      case MSG.USERAUTH_INFO_RESPONSE:
        if (this.#interactive === undefined) return false;
        this.#onInfoResponse(payload, this.#interactive.user);
        return true;
      default:
        return false;
    }
  }

  /** Stops waiting; nothing is answered any more. */
  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#done = true;
  }

  #onServiceRequest(payload: Buffer): void {
    const reader = new WireReader(payload, 1);
    const service = reader.cstring();
    if (!reader.done) return this.#transport.drop('malformed service request');
    if (service !== 'ssh-userauth') return this.#transport.disconnect(`bad service request ${service.slice(0, 256)}`);
    this.#service = true;
    this.#transport.send(scratch.reset().u8(MSG.SERVICE_ACCEPT).string(service).view());
  }

  #onRequest(payload: Buffer): void {
    const reader = new WireReader(payload, 1);
    const user = reader.text();
    const service = reader.cstring();
    const method = reader.cstring();
    if (!reader.ok) return this.#transport.drop('malformed authentication request');
    this.#interactive = undefined;
    if (this.#attempts++ === 0) {
      this.#user = user;
      this.#connectionService = service;
    } else if (user !== this.#user || service !== this.#connectionService)
      return this.#transport.disconnect(
        `Change of username or service not allowed: (${this.#user},${this.#connectionService}) -> (${user},${service})`,
      );
    const started = this.#clock.monotonicMs();
    switch (method) {
      case 'password':
        return this.#onPassword(reader, user, started);
      case 'publickey':
      case 'publickey-hostbound-v00@openssh.com':
        return this.#onPublicKey(reader, payload, user, method, started);
      case 'keyboard-interactive':
        if (this.#options.keyboardInteractive) return this.#onInteractive(reader, user);
        return this.#fail(user, method, started);
      case 'none':
        if (!reader.done) return this.#transport.drop('malformed authentication request');
        return this.#fail(user, method, started);
      default:
        return this.#fail(user, method, started);
    }
  }

  #onPassword(reader: WireReader, user: string, started: number): void {
    const change = reader.bool();
    const password = reader.text();
    if (change) reader.string();
    if (!reader.done) return this.#transport.drop('malformed password request');
    if (change) return this.#fail(user, 'password', started, { user, method: 'password', password: cut(password) });
    this.#checkPassword(user, password, 'password', started);
  }

  #checkPassword(user: string, password: string, method: string, started: number): void {
    const attempt: AuthAttempt = { user, method, password: cut(password) };
    this.#transport.block();
    const verdict =
      password.length > MAX_NAME || user.length > MAX_NAME ? false : this.#host.checkPassword(user, password);
    const decided = (accepted: boolean): void => {
      if (this.#done) return;
      this.#host.attempted(attempt, accepted);
      if (accepted) this.#after(this.#options.successDelayMs, () => this.#succeed(user));
      else this.#after(this.#failureDelay(user, started, true), () => this.#answerFailure(method));
    };
    if (typeof verdict === 'boolean') decided(verdict);
    else void verdict.then(decided);
  }

  #onInteractive(reader: WireReader, user: string): void {
    reader.string();
    reader.string();
    if (!reader.done) return this.#transport.drop('malformed authentication request');
    this.#interactive = { user };
    scratch
      .reset()
      .u8(MSG.USERAUTH_INFO_REQUEST)
      .string('')
      .string('')
      .string('')
      .u32(1)
      .string('Password: ')
      .bool(false);
    this.#transport.send(scratch.view());
  }

  #onInfoResponse(payload: Buffer, user: string): void {
    const reader = new WireReader(payload, 1);
    const count = reader.u32();
    const password = count === 1 ? reader.text() : '';
    this.#interactive = undefined;
    if (count !== 1 || !reader.done) return this.#transport.drop('malformed response');
    this.#checkPassword(user, password, 'keyboard-interactive', this.#clock.monotonicMs());
  }

  #onPublicKey(reader: WireReader, payload: Buffer, user: string, method: string, started: number): void {
    const signed = reader.bool();
    const algorithm = reader.cstring();
    const blob = reader.string();
    if (!reader.ok) return this.#transport.drop('malformed public key request');
    const key = publicKeyFromBlob(blob);
    const attempt: AuthAttempt = {
      user,
      method: 'publickey',
      publicKey: { type: algorithm, fingerprint: fingerprintOf(blob), blob: Buffer.from(blob) },
    };
    // A key that sshd cannot read fails before the rest of the message is looked at.
    if (key === undefined) return this.#fail(user, 'publickey', started, attempt);
    if (method !== 'publickey') reader.string();
    const signedBytes = reader.position;
    const signature = signed ? reader.string() : undefined;
    if (!reader.done) return this.#transport.drop('malformed public key request');
    if (user.length > MAX_NAME) return this.#fail(user, 'publickey', started, attempt);
    // The verdict may take its time, and the message lies in a buffer that is used again.
    const proof =
      signature === undefined
        ? undefined
        : {
            signature: Buffer.from(signature),
            data: new WireWriter(payload.length + 80)
              .string(this.#transport.sessionId)
              .raw(payload.subarray(0, signedBytes))
              .copy(),
          };
    const ownBlob = Buffer.from(blob);
    this.#transport.block();
    void this.#host.checkKey(user, ownBlob).then((source) => {
      if (this.#done || this.#transport.closed) return;
      if (source === undefined) this.#fail(user, 'publickey', started, attempt);
      else if (proof === undefined) this.#answerKey(algorithm, ownBlob);
      else if (!isSignatureValid(key, algorithm, proof.signature, proof.data))
        this.#fail(user, 'publickey', started, attempt);
      else {
        this.#host.attempted(attempt, true);
        this.#succeed(user, source);
      }
      this.#transport.unblock();
    });
  }

  #answerKey(algorithm: string, blob: Uint8Array): void {
    this.#transport.send(scratch.reset().u8(MSG.USERAUTH_PK_OK).string(algorithm).string(blob).view());
  }

  #fail(
    user: string,
    method: string,
    started: number,
    attempt: AuthAttempt = { user: cut(user), method: cut(method) },
  ): void {
    this.#host.attempted(attempt, false);
    if (method === 'none') return this.#answerFailure(method);
    this.#transport.block();
    this.#after(this.#failureDelay(user, started, false), () => this.#answerFailure(method));
  }

  #succeed(user: string, keySource?: string): void {
    this.#done = true;
    this.#transport.send(scratch.reset().u8(MSG.USERAUTH_SUCCESS).view());
    this.#transport.authenticated();
    this.#host.authenticated(user, keySource);
    this.#transport.flush();
  }

  #answerFailure(method: string): void {
    // A first "none" is a question, not a try.
    if (this.#attempts > 1 || method !== 'none') this.#failures++;
    if (this.#failures >= (this.#options.maxTries ?? MAX_TRIES))
      return this.#transport.disconnect('Too many authentication failures');
    const methods = this.#options.keyboardInteractive
      ? 'publickey,password,keyboard-interactive'
      : 'publickey,password';
    this.#transport.send(scratch.reset().u8(MSG.USERAUTH_FAILURE).string(methods).bool(false).view());
    this.#transport.flush();
  }

  /** Runs `action` when the delay is over and lets input through again. */
  #after(delayMs: number, action: () => void): void {
    const run = (): void => {
      this.#cancel = undefined;
      if (this.#transport.closed) return;
      action();
      this.#transport.unblock();
    };
    if (delayMs <= 0) return run();
    this.#cancel = this.#clock.after(delayMs, run);
  }

  /** What remains to wait after a failure that PAM delayed, or did not. */
  #failureDelay(user: string, started: number, asksPam: boolean): number {
    const { failureDelayMs, timingSecret } = this.#options;
    if (failureDelayMs === 0) return 0;
    const spent = this.#clock.monotonicMs() - started;
    const pam = asksPam ? pamDelayMs(Math.floor(this.#clock.now() / 1000), failureDelayMs) : 0;
    return answerAfterMs(user, timingSecret, spent + pam) - spent;
  }
}

function isSignatureValid(key: KeyObject, algorithm: string, signature: Buffer, data: Uint8Array): boolean {
  const reader = new WireReader(signature);
  const name = reader.cstring();
  const bytes = reader.string();
  if (!reader.done || name !== algorithm) return false;
  try {
    switch (name) {
      case 'ssh-ed25519':
        return verifySignature(null, data, key, bytes);
      case 'rsa-sha2-256':
        return verifySignature('sha256', data, key, bytes);
      case 'rsa-sha2-512':
        return verifySignature('sha512', data, key, bytes);
      default:
        return verifyEcdsa(name, key, bytes, data);
    }
  } catch {
    return false;
  }
}

const ECDSA = {
  'ecdsa-sha2-nistp256': { hash: 'sha256', bytes: 32 },
  'ecdsa-sha2-nistp384': { hash: 'sha384', bytes: 48 },
  'ecdsa-sha2-nistp521': { hash: 'sha512', bytes: 66 },
} as const;

function verifyEcdsa(name: string, key: KeyObject, signature: Buffer, data: Uint8Array): boolean {
  const curve = ECDSA[name as keyof typeof ECDSA];
  if (curve === undefined) return false;
  const reader = new WireReader(signature);
  const numbers = [reader.mpint(), reader.mpint()];
  if (!reader.done || numbers.some((number) => number.length > curve.bytes)) return false;
  const raw = Buffer.concat(
    numbers.map((number) => Buffer.concat([Buffer.alloc(curve.bytes - number.length), number])),
  );
  return verifySignature(curve.hash, data, { key, dsaEncoding: 'ieee-p1363' }, raw);
}

function cut(text: string): string {
  return text.length > MAX_NAME ? text.slice(0, MAX_NAME) : text;
}
