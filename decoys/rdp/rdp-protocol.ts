/**
 * One Remote Desktop connection from the first byte to the screen (MS-RDPBCGR 1.3.1.1): negotiation, TLS and CredSSP where agreed on, MCS, RDP's own
 * security where not, the client's information, licensing; `RdpScreenSession` goes on from there. Pure: everything else is the session's.
 */
import { randomBytes } from 'node:crypto';
import type { ServiceProtocol, ServiceSession } from '../service/service.types.ts';
import { readBer } from './connect/ber.ts';
import { type ClientSettings, readClientSettings, writeServerSettings } from './connect/gcc.ts';
import {
  attachUserConfirm,
  connectResponse,
  dataIndication,
  disconnectUltimatum,
  IO_CHANNEL,
  joinConfirm,
  readConnectInitial,
  readDomainPdu,
} from './connect/mcs.ts';
import { agree, connectionConfirm, PROTOCOL, readConnectionRequest } from './connect/negotiation.ts';
import { type Frame, readFrame, x224Data } from './connect/tpkt.ts';
import type { RdpIdentity } from './rdp-identity.ts';
import { judgeNtlm, judgePassword, splitName } from './rdp-login.ts';
import { isExploited, tellClient, tellExploit, tellInformation, tellNegotiation } from './rdp.telemetry.ts';
import { RdpScreenSession } from './rdp-screen-session.ts';
import type { RdpConfig } from './rdp.config.ts';
import { CredSsp, MAX_TSREQUEST } from './security/credssp.ts';
import { SEC, SecurityLayer } from './security/security-layer.ts';
import { LICENSE_VALID, readClientInfo } from './share/client-info.ts';
import { readFastPathInput } from './share/input.ts';
import { fastPath } from './screen/bitmap-update.ts';

const MAX_BUFFER = 256 * 1024;
const TLS_HANDSHAKE = 0x16;
const STANDARD_PORT = 3389;
const FIRST_CHANNEL = 1004;
/** Schannel's of Server 2019, the strongest first. */
const CIPHERS =
  'ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-SHA384:ECDHE-RSA-AES128-SHA256:ECDHE-RSA-AES256-SHA:ECDHE-RSA-AES128-SHA:' +
  'AES256-GCM-SHA384:AES128-GCM-SHA256:AES256-SHA256:AES128-SHA256:AES256-SHA:AES128-SHA:@SECLEVEL=0';

type Phase = 'request' | 'direct' | 'handshake' | 'credssp' | 'rdstls' | 'mcs' | 'domain' | 'over';

export class RdpProtocol implements ServiceProtocol {
  readonly #session: ServiceSession;
  readonly #identity: RdpIdentity;
  readonly #config: RdpConfig;
  readonly #security: SecurityLayer;
  #phase: Phase = 'request';
  #bytes: Buffer = Buffer.alloc(0);
  #asked: number | undefined;
  #protocol: number = PROTOCOL.rdp;
  #credssp: CredSsp | undefined;
  #client: ClientSettings | undefined;
  #channels = new Map<number, string>();
  #attached = false;
  #userChannel = 1007;
  #loggedIn = false;
  #user = '';
  #screen: RdpScreenSession | undefined;
  #exploited = false;
  /** TLS and CredSSP came first, without negotiation (5.4.2.2). */
  #direct = false;

  constructor(session: ServiceSession, identity: RdpIdentity, config: RdpConfig) {
    this.#session = session;
    this.#identity = identity;
    this.#config = config;
    this.#security = new SecurityLayer(identity.standard);
  }

  data(bytes: Buffer): void {
    if (this.#phase === 'over') return;
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes]);
    if (this.#bytes.length > MAX_BUFFER) return this.#drop('too much at once');
    return this.#read();
  }

  drained(): void {
    this.#screen?.drained();
  }

  closed(): void {
    const typed = this.#screen?.typed ?? '';
    this.#phase = 'over';
    if (typed !== '') this.#session.report.other('typed', { netsentinel: { rdp: { typed } } });
  }

  #drop(reason: string): void {
    if (this.#phase === 'over') return;
    this.#phase = 'over';
    this.#bytes = Buffer.alloc(0);
    this.#session.reset(reason);
  }

  #read(): void {
    while (this.#bytes.length > 0) {
      switch (this.#phase) {
        case 'credssp':
          if (!this.#tsRequest()) return;
          break;
        case 'handshake':
        case 'over':
          return;
        case 'rdstls':
          return this.#drop('redirection is not played');
        default: {
          if (this.#phase === 'request' && this.#bytes[0] === TLS_HANDSHAKE && this.#isDirect()) {
            [this.#direct, this.#protocol] = [true, PROTOCOL.hybrid];
            return this.#startTls();
          }
          const read = readFrame(this.#bytes);
          if (read === undefined) return;
          this.#bytes = this.#bytes.subarray(read.length);
          this.#frame(read.frame);
        }
      }
    }
  }

  #frame(frame: Frame): void {
    if (frame.kind === 'malformed') return this.#drop('not RDP');
    if (frame.kind === 'fast-path') return this.#fastPath(frame.header, frame.body);
    if (this.#phase === 'request') return this.#request(frame.body);
    if (this.#phase === 'direct') return this.#directRequest(frame.body);
    // An X.224 Data TPDU.
    if (frame.body.length < 3 || frame.body[1] !== 0xf0) return this.#drop('not a data TPDU');
    const body = frame.body.subarray(3);
    return this.#phase === 'mcs' ? this.#connect(body) : this.#domain(body);
  }

  #request(body: Buffer): void {
    const request = readConnectionRequest(body);
    if (request === undefined) return this.#drop('not a connection request');
    this.#asked = request.protocols;
    const agreement = agree(this.#config.security, request.protocols);
    if (agreement.kind === 'agreed') this.#protocol = agreement.protocol;
    tellNegotiation(this.#session.report, request, agreement);
    this.#session.send(connectionConfirm(agreement, request.protocols !== undefined));
    if (agreement.kind === 'failed') {
      this.#phase = 'over';
      this.#session.end('no common security');
    } else if (agreement.protocol === PROTOCOL.rdp) this.#phase = 'mcs';
    else this.#startTls();
  }

  /** At its own port only: elsewhere scanners would take the service for one of TLS, whose name they do not know. */
  #isDirect(): boolean {
    return this.#config.security !== 'rdp' && this.#session.destination.port === STANDARD_PORT;
  }

  /** After the direct approach: security is settled, only the connection itself is not. */
  #directRequest(body: Buffer): void {
    if (readConnectionRequest(body) === undefined) return this.#drop('not a connection request');
    this.#session.send(connectionConfirm({ kind: 'agreed', protocol: this.#protocol }, false));
    this.#phase = 'mcs';
    return undefined;
  }

  #startTls(): void {
    const early = this.#bytes;
    this.#bytes = Buffer.alloc(0);
    this.#phase = 'handshake';
    this.#session.startTls(this.#identity.tls, {
      early,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.2',
      ciphers: CIPHERS,
      secured: () => {
        if (this.#protocol === PROTOCOL.ssl) this.#phase = 'mcs';
        else this.#phase = this.#protocol === PROTOCOL.rdstls ? 'rdstls' : 'credssp';
        this.#credssp = new CredSsp({
          target: this.#identity.target,
          serverChallenge: randomBytes(8),
          publicKey: this.#identity.publicKey,
          now: () => this.#session.clock.now(),
          judge: (message, challenge, version) => judgeNtlm(this.#session, message, challenge, version),
        });
        this.#read();
      },
    });
  }

  /** False where it has to wait for more. */
  #tsRequest(): boolean {
    if (this.#bytes[0] !== 0x30) {
      this.#drop('not CredSSP');
      return false;
    }
    const whole = readBer(this.#bytes);
    if (whole === undefined) {
      if (this.#bytes.length > MAX_TSREQUEST) this.#drop('CredSSP too long');
      return false;
    }
    const step = this.#credssp!.step(this.#bytes.subarray(0, whole.end));
    this.#bytes = this.#bytes.subarray(whole.end);
    switch (step.kind) {
      case 'send':
        this.#session.send(step.bytes);
        return true;
      case 'done':
        this.#loggedIn = true;
        this.#user = step.credentials?.user ?? '';
        // Early user authorization: granted.
        if (this.#protocol === PROTOCOL.hybridEx) this.#session.send(Buffer.alloc(4));
        this.#phase = this.#direct ? 'direct' : 'mcs';
        return true;
      case 'refused':
        this.#phase = 'over';
        this.#session.after(this.#config.failureDelayMs, () => {
          if (step.bytes.length > 0) this.#session.send(step.bytes);
          this.#session.end('login refused');
        });
        return false;
      default:
        this.#drop('broken CredSSP');
        return false;
    }
  }

  #connect(body: Buffer): void {
    const userData = readConnectInitial(body);
    const client = userData === undefined ? undefined : readClientSettings(userData);
    if (client === undefined) return this.#drop('broken MCS connect');
    // Who must log in first and did not come with it gets no further.
    if (this.#config.security === 'nla' && !this.#loggedIn) return this.#drop('login required');
    this.#client = client;
    tellClient(this.#session.report, client);
    const ids = client.channels.map((_, i) => FIRST_CHANNEL + i);
    for (const [i, { name }] of client.channels.entries()) this.#channels.set(FIRST_CHANNEL + i, name);
    const messageChannel = client.messageChannel ? FIRST_CHANNEL + ids.length : undefined;
    this.#userChannel = FIRST_CHANNEL + ids.length + (messageChannel === undefined ? 0 : 1);
    const security =
      this.#protocol === PROTOCOL.rdp ? this.#security.choose(client.encryptionMethods) : { method: 0, level: 0 };
    if (security === undefined) return this.#drop('no common encryption');
    const settings = writeServerSettings({
      requestedProtocols: this.#asked ?? 0,
      ioChannel: IO_CHANNEL,
      channelIds: ids,
      messageChannel,
      security,
    });
    this.#session.send(x224Data(connectResponse(settings)));
    this.#phase = 'domain';
    if (messageChannel !== undefined) this.#channels.set(messageChannel, '');
    return undefined;
  }

  #domain(body: Buffer): void {
    const pdu = readDomainPdu(body);
    switch (pdu.kind) {
      case 'erect-domain':
        return;
      case 'attach-user':
        this.#attached = true;
        this.#session.send(x224Data(attachUserConfirm(this.#userChannel)));
        return;
      case 'join': {
        const known =
          this.#attached &&
          (pdu.channel === IO_CHANNEL || pdu.channel === this.#userChannel || this.#channels.has(pdu.channel));
        this.#session.send(x224Data(joinConfirm(pdu.user, pdu.channel, known)));
        return;
      }
      case 'data':
        if (pdu.channel === IO_CHANNEL) this.#ioChannel(pdu.data);
        else this.#otherChannel(pdu.channel);
        return;
      case 'disconnect':
        this.#phase = 'over';
        this.#session.end('disconnected by the client');
        return;
      default:
        this.#drop('unknown MCS message');
    }
  }

  /** Nothing is played on virtual channels; what comes on that of CVE-2019-0708 is told once. */
  #otherChannel(channel: number): void {
    if (this.#exploited || !isExploited(this.#channels.get(channel))) return;
    this.#exploited = true;
    tellExploit(this.#session.report);
  }

  #ioChannel(data: Buffer): void {
    const security = this.#security;
    if (this.#screen !== undefined && !security.isStandard) return this.#screen.pdu(data);
    if (data.length < 4) return this.#drop('cut off');
    const flags = data.readUInt16LE(0);
    if (security.isStandard && !security.isOpen) {
      if (!security.exchange(flags, data.subarray(4))) this.#drop('broken security exchange');
      return undefined;
    }
    const clear = security.clear(flags, data);
    if (clear === undefined) return this.#drop('cut off');
    if ((flags & SEC.info) !== 0 && this.#screen === undefined) return this.#clientInfo(clear);
    if ((flags & SEC.license) !== 0) return undefined;
    return this.#screen?.pdu(clear);
  }

  #clientInfo(data: Buffer): void {
    const info = readClientInfo(data);
    const client = this.#client;
    if (info === undefined || client === undefined) return this.#drop('broken client information');
    const { user } = splitName(info.user);
    tellInformation(this.#session.report, client, info, user);
    let refused = false;
    if (!this.#loggedIn && info.user !== '' && (info.autoLogon || info.password !== '')) {
      this.#loggedIn = judgePassword(this.#session, info.user, info.password, info.domain);
      refused = !this.#loggedIn;
    }
    this.#sendData(this.#security.withHeader(LICENSE_VALID, SEC.license));
    this.#screen = new RdpScreenSession({
      session: this.#session,
      identity: this.#identity,
      config: this.#config,
      client,
      userChannel: this.#userChannel,
      user: this.#user === '' ? user : this.#user,
      welcomed: this.#loggedIn,
      refused,
      output: {
        share: (pdu) => this.#share(pdu),
        fastPath: (update) => this.#update(update),
        disconnect: (reason) => {
          this.#session.send(x224Data(disconnectUltimatum(3)));
          this.#phase = 'over';
          this.#session.end(reason);
        },
      },
    });
    this.#screen.start();
    return undefined;
  }

  #fastPath(header: number, body: Buffer): void {
    if (this.#screen === undefined) return this.#drop('input before its time');
    const input = (header & 0x80) === 0 ? body : this.#security.clearInput(body);
    if (input === undefined) return this.#drop('encrypted where nothing is');
    this.#screen.input(readFastPathInput(header, input));
    return undefined;
  }

  #share(pdu: Buffer): void {
    this.#sendData(this.#security.isOpen ? this.#security.withHeader(pdu, 0) : pdu);
  }

  #sendData(data: Buffer): void {
    this.#session.send(x224Data(dataIndication(IO_CHANNEL, data)));
  }

  #update(update: Buffer): void {
    const sealed = this.#security.seal(update);
    if (!this.#session.send(sealed === undefined ? fastPath(update) : fastPath(sealed.data, sealed.signature)))
      this.#screen?.slow();
  }
}
