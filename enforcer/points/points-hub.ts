/**
 * Where enforcement points on other hosts connect to: TLS 1.3 with certificates on both sides, from an authority of our own. Strangers are heard
 * only while somebody is invited, and then only that they want to join.
 */
import { constants, createPublicKey, verify } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { ResponseMode } from '@netsentinel/contracts/action';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Logger } from '@netsentinel/contracts/log';
import { describeError, NetSentinelError } from '@netsentinel/kernel/errors';
import { makeFolder } from '@netsentinel/kernel/make-folder';
import type { ConfiguredResponder } from '../responder.types.ts';
import { openAuthority, type Authority } from './authority.ts';
import { Peer } from './peer.ts';
import { PointResponder, responderIdOf } from './point-responder.ts';
import { PointSession } from './point-session.ts';
import { FromStranger, OLDEST_PROTOCOL, PROOF_LABEL, PROTOCOL, type ToPoint } from './point-wire.ts';
import type { PointsConfig } from './points.config.ts';
import { MAX_POINTS, PointsBook, refusal, type KnownPoint } from './points-book.ts';
import { writeToken } from './token.ts';

/** Connections of whoever is no point (yet), and how long one may last. */
const MAX_STRANGERS = 32;
const STRANGER_MS = 10_000;

export interface PointReport extends Omit<KnownPoint, 'serial'> {
  readonly connected: boolean;
  /** Blocks that it holds by our order, as it said last; absent where it is not connected. */
  readonly entries?: number;
  /** Why it cannot block, where it cannot. */
  readonly trouble?: string;
}

export interface PointsHub {
  /** The points that there are, for `createEnforcer`. */
  responders(): ConfiguredResponder[];
  /** Begins to listen. Rejects with `POINTS_ADDRESS`. */
  listen(enforcer: {
    join(responder: ConfiguredResponder): Promise<void>;
    leave(id: string, why: string): Promise<void>;
    /** A line in the audit. */
    record(kind: string, fields: Readonly<Record<string, unknown>>): void;
  }): Promise<void>;
  /** `by`, here and below: the person, for the audit. */
  invite(name: string, validMs: number, by: string): { readonly token: string; readonly expiresAt: number };
  list(): PointReport[];
  remove(name: string, by: string): Promise<void>;
  close(): Promise<void>;
}

export interface PointsHubOptions {
  readonly config: PointsConfig;
  readonly mode: ResponseMode;
  /** Its own: authority, points and invitations. */
  readonly directory: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** A point has joined: what is in force already is to be ordered again. */
  readonly onJoined: () => void;
}

export function createPointsHub(options: PointsHubOptions): PointsHub {
  makeFolder(options.directory);
  return new TlsHub(options);
}

class TlsHub implements PointsHub {
  readonly #options: PointsHubOptions;
  readonly #authority: Authority;
  readonly #book: PointsBook;
  readonly #responders = new Map<string, PointResponder>();
  readonly #open = new Set<TLSSocket>();
  #strangers = 0;
  #server: Server | undefined;
  #enforcer: Parameters<PointsHub['listen']>[0] | undefined;

  constructor(options: PointsHubOptions) {
    this.#options = options;
    this.#authority = openAuthority(options.directory, options.clock);
    this.#book = new PointsBook(options.directory, options.clock);
  }

  responders(): ConfiguredResponder[] {
    return this.#book.points.map(({ name }) => this.#responderOf(name));
  }

  async listen(enforcer: Parameters<PointsHub['listen']>[0]): Promise<void> {
    this.#enforcer = enforcer;
    const { address, port } = this.#options.config;
    const { key, cert } = this.#authority.serverIdentity();
    const { certificate } = this.#authority;
    const server = createServer({
      key,
      // Whoever joins knows the authority by its fingerprint alone, and is shown it.
      cert: cert + certificate,
      ca: certificate,
      minVersion: 'TLSv1.3',
      requestCert: true,
      // Checked by hand, so that who is refused is told why.
      rejectUnauthorized: false,
      handshakeTimeout: STRANGER_MS / 2,
      secureOptions: constants.SSL_OP_NO_TICKET,
    });
    server.maxConnections = MAX_POINTS + MAX_STRANGERS;
    server.on('secureConnection', (socket) => this.#meet(socket));
    server.on('tlsClientError', (error) =>
      this.#options.log.debug('Somebody who is no point knocked', { error: describeError(error) }),
    );
    this.#server = server;
    server.listen(port, address);
    try {
      await once(server, 'listening');
    } catch (cause) {
      throw new NetSentinelError('POINTS_ADDRESS', 'user', `points cannot be listened for at ${address}:${port}`, {
        cause,
        hint: 'Choose another with enforcer.points.address and port.',
      });
    }
    server.on('error', (error) => this.#options.log.error('Points are not listened for any more', { error }));
  }

  invite(name: string, validMs: number, by: string): { readonly token: string; readonly expiresAt: number } {
    const { address, reachedAt, port } = this.#options.config;
    const { id: invitation, secret, expiresAt } = this.#book.invite(name, validMs);
    this.#enforcer?.record('point-invited', { point: name, invitation, expiresAt, by });
    const { fingerprint } = this.#authority;
    return { token: writeToken({ host: reachedAt ?? address, port, fingerprint, invitation, secret }), expiresAt };
  }

  list(): PointReport[] {
    return this.#book.points.map(({ name, host, version, joinedAt, lastSeenAt }) => {
      const point = { name, host, version, joinedAt };
      const session = this.#responders.get(name)?.session;
      if (session === undefined) return { ...point, lastSeenAt, connected: false };
      const { able = false, detail = '', entries = 0 } = session.state ?? {};
      const now = this.#options.clock.now();
      return { ...point, lastSeenAt: now, connected: true, entries, ...(able ? {} : { trouble: detail }) };
    });
  }

  async remove(name: string, by: string): Promise<void> {
    this.#book.remove(name);
    this.#enforcer?.record('point-removed', { point: name, by });
    // The connection that is there still takes back what the point holds; the next one is refused.
    await this.#enforcer?.leave(responderIdOf(name), 'its enforcement point was removed');
    this.#responders.delete(name);
  }

  async close(): Promise<void> {
    const server = this.#server;
    for (const socket of this.#open) socket.destroy();
    if (server?.listening === true) await new Promise((resolve) => server.close(resolve));
  }

  #responderOf(name: string): ConfiguredResponder {
    return {
      id: responderIdOf(name),
      mode: this.#options.config.mode ?? this.#options.mode,
      create: (ctx) => {
        const responder = new PointResponder(name, ctx, ({ hello }) => {
          if (hello === undefined || !this.#book.points.some((one) => one.name === name)) return;
          this.#book.seen(name, { version: hello.version, host: hello.host });
        });
        this.#responders.set(name, responder);
        return responder;
      },
    };
  }

  #meet(socket: TLSSocket): void {
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    // A listener that is there before anything can go wrong.
    socket.on('error', () => {});
    const certificate = socket.getPeerX509Certificate();
    try {
      if (certificate === undefined) return this.#hearStranger(socket);
      if (!socket.authorized)
        throw refusal('POINT_CERTIFICATE_FOREIGN', 'The certificate is none of this centre’s, or its time is over');
      const { name } = this.#book.withSerial(certificate.serialNumber.toLowerCase());
      const responder = this.#responders.get(name);
      if (responder === undefined) return void socket.destroy();
      void new PointSession({ socket, clock: this.#options.clock, listener: responder });
    } catch (error) {
      this.#refuse(socket, error);
    }
    return undefined;
  }

  #hearStranger(socket: TLSSocket): void {
    if (!this.#book.awaitsAnybody) throw refusal('POINT_NOT_INVITED', 'Nobody is invited, or the token’s time is over');
    if (this.#strangers >= MAX_STRANGERS) return void socket.destroy();
    this.#strangers += 1;
    const { clock } = this.#options;
    const peer: Peer<FromStranger, ToPoint> = new Peer<FromStranger, ToPoint>({
      socket,
      clock,
      schema: FromStranger,
      onMessage: (message) => this.#admit(socket, peer, message),
      onEnd: () => {
        this.#strangers -= 1;
        cancel();
      },
    });
    const cancel = clock.after(STRANGER_MS, () => peer.end('it did not say what it wants'));
    return undefined;
  }

  #admit(socket: TLSSocket, peer: Peer<FromStranger, ToPoint>, message: FromStranger): void {
    try {
      if (message.protocol < OLDEST_PROTOCOL || message.protocol > PROTOCOL)
        throw new NetSentinelError('POINT_PROTOCOL', 'user', 'Centre and point are of different releases', {
          hint: 'Bring both to the same release.',
        });
      const name = this.#book.invited(message.invitation, message.secret);
      const publicKey = createPublicKey({ key: Buffer.from(message.publicKey), format: 'der', type: 'spki' });
      const proven = socket.exportKeyingMaterial(32, PROOF_LABEL, Buffer.alloc(0));
      if (
        publicKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1' ||
        !verify('sha256', proven, publicKey, message.proof)
      )
        throw refusal('POINT_KEY_UNPROVEN', 'The key is not the asker’s own');
      const { pem, serial } = this.#authority.issueTo(name, publicKey);
      this.#book.admit(message.invitation, name, serial);
      const { remoteAddress: address } = socket;
      this.#enforcer?.record('point-joined', { point: name, invitation: message.invitation, serial, address });
      this.#options.log.warn('An enforcement point has joined', { point: name, address });
      void this.#enforcer?.join(this.#responderOf(name)).then(this.#options.onJoined);
      peer.end('it has joined', { t: 'admitted', name, certificate: pem });
    } catch (error) {
      const told = this.#tellable(error);
      this.#options.log.warn('Somebody was refused as a point', { code: told.code, address: socket.remoteAddress });
      peer.end('it was refused', told);
    }
  }

  #refuse(socket: TLSSocket, error: unknown): void {
    const told = this.#tellable(error);
    this.#options.log.debug('A connection was refused', { code: told.code, address: socket.remoteAddress });
    const peer: Peer<FromStranger, ToPoint> = new Peer<FromStranger, ToPoint>({
      socket,
      clock: this.#options.clock,
      schema: FromStranger,
      onMessage: () => {},
      onEnd: () => {},
    });
    peer.end('it was refused', told);
  }

  /** What went wrong on our side is not a stranger's to know. */
  #tellable(error: unknown): Extract<ToPoint, { t: 'refused' }> {
    if (error instanceof NetSentinelError && error.fault === 'user')
      return { t: 'refused', code: error.code, message: error.message, hint: error.hint ?? '' };
    this.#options.log.error('A point could not be admitted', { error });
    return {
      t: 'refused',
      code: 'POINTS_FAILED',
      message: 'The centre could not do it',
      hint: 'Its log says why.',
    };
  }
}
