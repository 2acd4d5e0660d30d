/**
 * The connection protocol (RFC 4254, and OpenSSH's PROTOCOL for its extensions) behind a successful login: channels by number, global requests,
 * the announcement and proof of host keys.
 */
import { Channel, WINDOW_BYTES, type ChannelUser } from './channel.ts';
import type { HostKey, HostKeys } from './host-keys.ts';
import { MSG, OPEN_CONNECT_FAILED } from './messages.ts';
import type { HostKeyAlgorithm } from './negotiation.ts';
import type { Transport } from './transport.ts';
import { WireReader, WireWriter } from './wire.ts';

/** sshd's default MaxSessions. */
const MAX_SESSIONS = 10;
/** Forwarded connections at once; sshd has no such limit, but a decoy needs one. */
const MAX_FORWARDS = 64;
const MAX_LISTENERS = 32;
/** A proof is asked for each key once; more is work for nothing. */
const MAX_PROOFS = 8;
/** Every session that was ever opened costs a little; no genuine client needs so many. */
const MAX_CHANNELS_EVER = 4096;

export interface ForwardTarget {
  readonly kind: 'direct-tcpip' | 'direct-streamlocal' | 'tcpip-forward' | 'streamlocal-forward';
  /** Host name, address or path, as the client gave it. */
  readonly host: string;
  readonly port: number;
}

export interface ConnectionHost {
  openSession(channel: Channel): ChannelUser;
  openForward(channel: Channel, target: ForwardTarget): ChannelUser;
  /** A listener was asked for; true where the pretended machine could have opened it. */
  listen(target: ForwardTarget): boolean;
  /** Compatibility: whether hosts keys may be announced to this client. */
  readonly announcesHostKeys: boolean;
}

const scratch = new WireWriter(1024);

export class ConnectionLayer {
  #transport: Transport;
  #hostKeys: HostKeys;
  #host: ConnectionHost;
  #channels: (Channel | undefined)[] = [];
  #opened = 0;
  #listeners: Map<string, number> | undefined;
  #noMoreSessions = false;
  #nextPort: number;

  constructor(transport: Transport, hostKeys: HostKeys, host: ConnectionHost) {
    this.#transport = transport;
    this.#hostKeys = hostKeys;
    this.#host = host;
    this.#nextPort = 32_768 + Math.floor(Math.random() * 28_000);
  }

  /** What sshd sends right after the login. */
  start(): void {
    if (!this.#host.announcesHostKeys) return;
    scratch.reset().u8(MSG.GLOBAL_REQUEST).string('hostkeys-00@openssh.com').bool(false);
    for (const key of this.#hostKeys.all) scratch.string(key.blob);
    this.#transport.send(scratch.view());
  }

  /** Open channels, for limits. */
  get channels(): number {
    return this.#channels.reduce((count, channel) => (channel === undefined ? count : count + 1), 0);
  }

  /** False for a message that sshd has no handler for. */
  message(payload: Buffer): boolean {
    const type = payload[0];
    const reader = new WireReader(payload, 1);
    switch (type) {
      case MSG.GLOBAL_REQUEST:
        this.#onGlobalRequest(reader);
        return true;
      case MSG.CHANNEL_OPEN:
        this.#onOpen(reader);
        return true;
      case MSG.CHANNEL_REQUEST:
        this.#onRequest(reader);
        return true;
      case MSG.CHANNEL_DATA:
        this.#with(reader, 'data', (channel) => {
          const chunk = reader.string();
          if (!reader.done) return this.#transport.drop('malformed channel data');
          channel.onData(chunk, this.#transport);
        });
        return true;
      case MSG.CHANNEL_EXTENDED_DATA:
        this.#with(reader, 'extended data', () => {
          // A server takes none on a session; OpenSSH reads and ignores it.
        });
        return true;
      case MSG.CHANNEL_WINDOW_ADJUST: {
        const id = reader.u32();
        const channel = this.#channels[id];
        // One for a channel that is gone is passed over, whatever else it holds.
        if (reader.ok && channel === undefined) return true;
        const bytes = reader.u32();
        if (!reader.done) this.#transport.drop('malformed window adjust');
        else channel?.onWindowAdjust(bytes);
        return true;
      }
      case MSG.CHANNEL_EOF:
        this.#with(reader, 'ieof', (channel) => channel.onEof());
        return true;
      case MSG.CHANNEL_CLOSE:
        this.#with(reader, 'oclose', (channel) => channel.onClose());
        return true;
      case MSG.CHANNEL_OPEN_CONFIRMATION:
        this.#with(reader, 'open confirmation', () =>
          this.#transport.disconnect('Received open confirmation for non-opening channel'),
        );
        return true;
      case MSG.CHANNEL_OPEN_FAILURE:
        this.#with(reader, 'open failure', () =>
          this.#transport.disconnect('Received open failure for non-opening channel'),
        );
        return true;
      case MSG.REQUEST_SUCCESS:
      case MSG.REQUEST_FAILURE:
      case MSG.CHANNEL_SUCCESS:
      case MSG.CHANNEL_FAILURE:
        return true;
      default:
        return false;
    }
  }

  /** The socket takes data again. */
  resume(): void {
    for (const channel of this.#channels) channel?.resume();
  }

  /** Frees every channel. */
  close(): void {
    for (const channel of this.#channels) channel?.free();
    this.#channels = [];
  }

  #with(reader: WireReader, what: string, action: (channel: Channel) => void): void {
    const id = reader.u32();
    if (!reader.ok) return this.#transport.disconnect(`Invalid ${what} message`);
    const channel = this.#channels[id];
    if (channel === undefined)
      return this.#transport.disconnect(`${what} packet referred to nonexistent channel ${id}`);
    action(channel);
  }

  #onOpen(reader: WireReader): void {
    const kind = reader.cstring();
    const remoteId = reader.u32();
    const remote = { window: reader.u32(), maxPacket: reader.u32() };
    if (!reader.ok) return this.#transport.drop('malformed channel open');
    if (++this.#opened > MAX_CHANNELS_EVER) return this.#transport.drop('too many channels opened');
    if (kind === 'session') {
      if (!reader.done) return this.#transport.drop('malformed channel open');
      if (this.#noMoreSessions)
        return this.#transport.disconnect(
          'Possible attack: attempt to open a session after additional sessions disabled',
        );
      if (this.#count('session') >= MAX_SESSIONS) return this.#refuse(remoteId);
      const channel = this.#add(kind, remoteId, remote);
      channel.user = this.#host.openSession(channel);
      return channel.confirm(0);
    }
    if (kind === 'tun@openssh.com') {
      const mode = reader.u32();
      if (!reader.ok) return this.#transport.drop('malformed channel open');
      this.debug(
        mode === 1 || mode === 2 ? 'Server has rejected tunnel device forwarding' : 'Unsupported tunnel device mode.',
      );
      return this.#refuse(remoteId);
    }
    const target = readTarget(kind, reader);
    if (!reader.ok) return this.#transport.drop('malformed channel open');
    if (target === undefined || this.channels - this.#count('session') >= MAX_FORWARDS) return this.#refuse(remoteId);
    const channel = this.#add(kind, remoteId, remote);
    channel.user = this.#host.openForward(channel, target);
    channel.confirm(WINDOW_BYTES);
    channel.user.writable();
  }

  #refuse(remoteId: number): void {
    scratch.reset().u8(MSG.CHANNEL_OPEN_FAILURE).u32(remoteId).u32(OPEN_CONNECT_FAILED);
    this.#transport.send(scratch.string('open failed').string('').view());
  }

  /** A message that the client shows with `-v`. */
  debug(text: string): void {
    this.#transport.send(scratch.reset().u8(MSG.DEBUG).bool(false).string(text).string('').view());
  }

  #add(kind: string, remoteId: number, remote: { readonly window: number; readonly maxPacket: number }): Channel {
    let localId = this.#channels.indexOf(undefined);
    if (localId < 0) localId = this.#channels.length;
    const channel = new Channel(this.#transport, { kind, localId, remoteId }, remote, () => {
      this.#channels[localId] = undefined;
    });
    // Growing an array makes room for sixteen more, and most connections have one channel.
    if (this.#channels.length === 0) this.#channels = [channel];
    else this.#channels[localId] = channel;
    return channel;
  }

  #count(kind: string): number {
    return this.#channels.reduce((count, channel) => (channel?.kind === kind ? count + 1 : count), 0);
  }

  #onRequest(reader: WireReader): void {
    const id = reader.u32();
    const type = reader.cstring();
    const wantReply = reader.bool();
    if (!reader.ok) return this.#transport.drop('malformed channel request');
    const channel = this.#channels[id];
    if (channel === undefined) return this.#transport.disconnect(`server_input_channel_req: unknown channel ${id}`);
    let granted = false;
    if (type === 'eow@openssh.com') {
      if (!reader.done) return this.#transport.drop('malformed channel request');
    } else if (channel.kind === 'session') granted = channel.user?.request(type, reader) ?? false;
    if (!reader.ok) return this.#transport.drop('malformed channel request');
    if (wantReply) channel.reply(granted);
    if (granted) channel.user?.writable();
  }

  #onGlobalRequest(reader: WireReader): void {
    const type = reader.cstring();
    const wantReply = reader.bool();
    if (!reader.ok) return this.#transport.drop('malformed global request');
    const response = this.#globalRequest(type, reader, wantReply);
    if (!reader.ok) return this.#transport.drop('malformed global request');
    if (!wantReply) return;
    scratch.reset().u8(response === undefined ? MSG.REQUEST_FAILURE : MSG.REQUEST_SUCCESS);
    this.#transport.send(scratch.raw(response ?? new Uint8Array(0)).view());
  }

  /** The body of a success, or undefined for a failure. */
  #globalRequest(type: string, reader: WireReader, wantReply: boolean): Uint8Array | undefined {
    switch (type) {
      case 'tcpip-forward': {
        const target: ForwardTarget = { kind: 'tcpip-forward', host: reader.cstring(), port: reader.u32() & 0xffff };
        if (!reader.ok) return undefined;
        if (target.port === 0 && !wantReply) {
          this.debug('Server has disabled port forwarding.');
          return undefined;
        }
        return this.#listen(target);
      }
      case 'streamlocal-forward@openssh.com':
        return this.#listen({ kind: 'streamlocal-forward', host: reader.cstring(), port: 0 });
      case 'cancel-tcpip-forward': {
        const key = `${reader.cstring()} ${reader.u32()}`;
        return this.#listeners?.delete(key) ? new Uint8Array(0) : undefined;
      }
      case 'cancel-streamlocal-forward@openssh.com':
        return this.#listeners?.delete(`unix ${reader.cstring()}`) ? new Uint8Array(0) : undefined;
      case 'no-more-sessions@openssh.com':
        this.#noMoreSessions = true;
        return new Uint8Array(0);
      case 'hostkeys-prove-00@openssh.com':
        return this.#prove(reader);
      default:
        return undefined;
    }
  }

  #listen(target: ForwardTarget): Uint8Array | undefined {
    const listeners = (this.#listeners ??= new Map());
    if (listeners.size >= MAX_LISTENERS || !this.#host.listen(target)) return undefined;
    const unix = target.kind === 'streamlocal-forward';
    const port = unix || target.port !== 0 ? target.port : this.#nextPort++;
    const key = unix ? `unix ${target.host}` : `${target.host} ${port}`;
    if (listeners.has(key)) return undefined;
    listeners.set(key, port);
    return !unix && target.port === 0 ? new WireWriter(4).u32(port).copy() : new Uint8Array(0);
  }

  /** OpenSSH's PROTOCOL, section 2.5. */
  #prove(reader: WireReader): Uint8Array | undefined {
    const response = new WireWriter(1024);
    for (let count = 0; reader.remaining > 0; count++) {
      const blob = reader.string();
      const key = this.#hostKeys.all.find((candidate) => candidate.blob.equals(blob));
      if (!reader.ok || key === undefined || count >= MAX_PROOFS) return undefined;
      const proof = new WireWriter(blob.length + 128)
        .string('hostkeys-prove-00@openssh.com')
        .string(this.#transport.sessionId)
        .string(blob);
      response.string(key.sign(proofAlgorithm(key), proof.view()));
    }
    return response.view();
  }
}

function proofAlgorithm(key: HostKey): HostKeyAlgorithm {
  return key.type === 'ssh-rsa' ? 'rsa-sha2-512' : (key.type as HostKeyAlgorithm);
}

function readTarget(kind: string, reader: WireReader): ForwardTarget | undefined {
  if (kind === 'direct-tcpip') {
    const host = reader.cstring();
    const port = reader.u32() & 0xffff;
    reader.string();
    reader.u32();
    return { kind: 'direct-tcpip', host, port };
  }
  if (kind === 'direct-streamlocal@openssh.com') {
    const host = reader.cstring();
    reader.string();
    reader.u32();
    return { kind: 'direct-streamlocal', host, port: 0 };
  }
  return undefined;
}
