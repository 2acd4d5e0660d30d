/**
 * What one can send to an SSH server to tell one from another: raw bytes before the first keys, and messages after them, wrong ones above all. Each
 * probe's answer comes as one comparable line.
 */
import { connect } from 'node:net';
import { MSG } from '@netsentinel/decoys/ssh/messages';
import { WireWriter } from '@netsentinel/decoys/ssh/wire';
import { MessageClient } from './ssh-client/message-client.ts';
import type { MessageClientOptions } from './ssh-client/message-engine.ts';

/** A server answers well within this on loopback; what has not come by then is taken as silence. */
const SILENCE_MS = 250;
const PAUSE_MS = 30;

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const latin1 = (text: string) => Buffer.from(text, 'latin1');
const list = (...lists: readonly string[]) =>
  lists.reduce((writer, text) => writer.string(text), new WireWriter()).copy();

function plain(payload: Uint8Array): Buffer {
  let padding = 8 - ((payload.length + 5) % 8);
  if (padding < 4) padding += 8;
  return new WireWriter()
    .u32(payload.length + padding + 1)
    .u8(padding)
    .raw(payload)
    .raw(Buffer.alloc(padding))
    .copy();
}

function kexInit(
  change: { kex?: string; key?: string; cipher?: string; mac?: string; compression?: string } = {},
): Buffer {
  const { kex = 'curve25519-sha256', key = 'ssh-ed25519', cipher = 'aes128-ctr', mac = 'hmac-sha2-256' } = change;
  const { compression = 'none' } = change;
  const lists = list(kex, key, cipher, cipher, mac, mac, compression, compression, '', '');
  return plain(new WireWriter().u8(MSG.KEXINIT).raw(Buffer.alloc(16)).raw(lists).bool(false).u32(0).view());
}

const version = latin1('SSH-2.0-foo\r\n');
const strict = kexInit({ kex: 'curve25519-sha256,kex-strict-c-v00@openssh.com,ext-info-c' });
const ecdh = (value: Uint8Array) => plain(new WireWriter().u8(MSG.KEXDH_INIT).string(value).view());
const nine = Buffer.alloc(32);
nine[0] = 9;

export const RAW_PROBES: Readonly<Record<string, readonly Buffer[]>> = {
  nothing: [],
  http: [latin1('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
  'binary line': [hex('0001020a')],
  'carriage return inside': [latin1('hello\rworld\r\n')],
  'version 1.5': [latin1('SSH-1.5-foo\r\n')],
  'version 1.99': [latin1('SSH-1.99-foo\r\n')],
  'version 2.1': [latin1('SSH-2.1-foo\r\n')],
  'version 3.0': [latin1('SSH-3.0-foo\r\n')],
  'no line end': [latin1('SSH-2.0-foo')],
  'line feed only': [latin1('SSH-2.0-foo\n')],
  'empty software': [latin1('SSH-2.0-\r\n')],
  'no number': [latin1('SSH-abc\r\n')],
  'line before': [latin1('line\r\nSSH-2.0-foo\r\n')],
  'long line': [latin1(`${'A'.repeat(9000)}\r\n`)],
  'long software': [latin1(`SSH-2.0-${'A'.repeat(8000)}\r\n`)],
  'too long software': [latin1(`SSH-2.0-${'A'.repeat(8190)}\r\n`)],
  'nul inside': [latin1('SSH-2.0-a\0b\r\n')],
  probe: [latin1('SSH-2.0-Probe-x\r\n')],
  'length too large': [version, Buffer.alloc(16, 0xff)],
  'length zero': [version, Buffer.alloc(16)],
  'length no multiple': [version, hex('0000000d'), Buffer.alloc(20)],
  'padding too short': [version, hex('0000000c03'), Buffer.alloc(11, 20)],
  'type 99 first': [version, plain(Buffer.of(99))],
  'ignore first': [version, plain(hex('0200000000'))],
  'service first': [version, plain(new WireWriter().u8(5).string('ssh-userauth').view())],
  'newkeys first': [version, plain(Buffer.of(MSG.NEWKEYS))],
  'ecdh first': [version, ecdh(nine)],
  'kexinit cut': [version, plain(Buffer.alloc(17, MSG.KEXINIT))],
  'no common kex': [version, kexInit({ kex: 'foo' })],
  'no common key': [version, kexInit({ key: 'foo' })],
  'no common cipher': [version, kexInit({ cipher: 'foo' })],
  'no common mac': [version, kexInit({ mac: 'foo' })],
  'no common compression': [version, kexInit({ compression: 'foo' })],
  'kexinit twice': [version, Buffer.concat([kexInit(), kexInit()])],
  'point of low order': [version, kexInit(), ecdh(Buffer.alloc(32))],
  'point too short': [version, kexInit(), ecdh(Buffer.alloc(31, 1))],
  'strict, ignore inside': [version, strict, plain(hex('0200000000')), ecdh(nine)],
  'strict, ignore before': [version, plain(hex('0200000000')), strict],
  'service inside': [version, kexInit(), plain(new WireWriter().u8(5).string('ssh-userauth').view())],
};

/** The server's bytes as text without its random parts, and how it ended. */
export function probeRaw(port: number, chunks: readonly Buffer[]): Promise<string> {
  return new Promise((resolve) => {
    const received: Buffer[] = [];
    let timer: NodeJS.Timeout | undefined;
    const finish = (end: string): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(`${readable(Buffer.concat(received))} ${end}`);
    };
    const rest = [...chunks];
    const socket = connect(port, '127.0.0.1', () => step());
    const step = (): void => {
      const chunk = rest.shift();
      if (chunk !== undefined) socket.write(chunk);
      timer = setTimeout(
        chunk === undefined ? () => finish('open') : step,
        chunk === undefined ? SILENCE_MS : PAUSE_MS,
      );
    };
    socket.setNoDelay(true);
    socket.on('data', (chunk) => received.push(chunk));
    socket.on('error', () => finish('reset'));
    socket.on('end', () => finish('end'));
  });
}

/** Printable text stays; runs of other bytes, cookies among them, become one dot. */
function readable(bytes: Buffer): string {
  const kexInitAt = bytes.indexOf(hex('0000046c0b14'));
  const clean =
    kexInitAt < 0 ? bytes : Buffer.concat([bytes.subarray(0, kexInitAt + 6), bytes.subarray(kexInitAt + 22)]);
  return clean.toString('latin1').replace(/[^ -~]/g, (character) => `\\${character.charCodeAt(0).toString(16)}`);
}

export interface MessageProbe {
  readonly name: string;
  readonly options?: MessageClientOptions;
  readonly send: readonly Uint8Array[];
  /** Asks for the authentication service first. */
  readonly service?: boolean;
}

const say = (type: number) => new WireWriter().u8(type);
const auth = (user: string, method: string, service = 'ssh-connection') =>
  say(MSG.USERAUTH_REQUEST).string(user).string(service).string(method);
const open = say(MSG.CHANNEL_OPEN).string('session').u32(5).u32(100_000).u32(32_768).copy();
const ask = (type: string) => say(MSG.CHANNEL_REQUEST).u32(0).string(type).bool(true);
const exec = (command: string) => ask('exec').string(command).copy();
const ask4 = (type: string) => ask(type).u32(80).u32(24).u32(0).u32(0);
const everywhere = (types: readonly number[]) =>
  types.map((type) => ({ name: `type ${type}`, send: [say(type).u32(0).copy()] }));

export const BEFORE_LOGIN: readonly MessageProbe[] = [
  { name: 'extension info', options: { extensions: ['ext-info-c'] }, send: [] },
  { name: 'strict', options: { extensions: ['ext-info-c', 'kex-strict-c-v00@openssh.com'] }, send: [] },
  { name: 'unknown service', send: [say(5).string('foo').copy()] },
  { name: 'connection service', send: [say(5).string('ssh-connection').copy()] },
  { name: 'service and more', send: [say(5).string('ssh-userauth').u32(1).copy()] },
  { name: 'service twice', send: [say(5).string('ssh-userauth').copy(), say(5).string('ssh-userauth').copy()] },
  { name: 'login before service', send: [auth('a', 'none').copy()] },
  ...everywhere([0, 8, 22, 29, 30, 31, 35, 49, 53, 61, 79, 80, 90, 98, 192, 255]),
  { name: 'malformed debug', send: [say(4).copy()] },
  { name: 'malformed unimplemented', send: [say(3).copy()] },
  { name: 'extension info of the client', options: { extensions: ['ext-info-c'] }, send: [say(7).u32(0).copy()] },
  { name: 'none', service: true, send: [auth('a', 'none').copy()] },
  { name: 'none and more', service: true, send: [auth('a', 'none').u32(3).copy()] },
  { name: 'none eight times', service: true, send: Array.from({ length: 8 }, () => auth('a', 'none').copy()) },
  {
    name: 'keyboard-interactive',
    service: true,
    send: [auth('a', 'keyboard-interactive').string('').string('').copy()],
  },
  { name: 'unknown method', service: true, send: [auth('a', 'bogus').string('').copy()] },
  {
    name: 'unknown method seven times',
    service: true,
    send: Array.from({ length: 7 }, () => auth('a', 'bogus').copy()),
  },
  { name: 'other service', service: true, send: [auth('a', 'none', 'foo').copy()] },
  { name: 'other user', service: true, send: [auth('a', 'none').copy(), auth('b', 'none').copy()] },
  { name: 'password and more', service: true, send: [auth('a', 'password').bool(false).string('x').u32(7).copy()] },
  {
    name: 'password change',
    service: true,
    send: [auth('root', 'password').bool(true).string('x').string('y').copy()],
  },
  {
    name: 'no key',
    service: true,
    send: [auth('root', 'publickey').bool(false).string('ssh-ed25519').string('xyz').copy()],
  },
  {
    name: 'unknown key',
    service: true,
    send: [auth('root', 'publickey').bool(false).string('foo').string('xyz').copy()],
  },
  { name: 'nul in user', service: true, send: [auth('a\0b', 'none').copy()] },
  { name: 'no user', service: true, send: [auth('', 'none').copy()] },
];

export const AFTER_LOGIN: readonly MessageProbe[] = [
  ...everywhere([0, 5, 7, 8, 30, 50, 53, 61, 81, 82, 91, 92, 93, 94, 95, 96, 97, 99, 100, 101, 127, 192, 255]),
  { name: 'session', send: [open] },
  { name: 'session and more', send: [say(MSG.CHANNEL_OPEN).string('session').u32(1).u32(1).u32(1).u32(1).copy()] },
  { name: 'session cut', send: [say(MSG.CHANNEL_OPEN).string('session').u32(1).copy()] },
  { name: 'unknown channel', send: [say(MSG.CHANNEL_OPEN).string('bogus').u32(1).u32(1).u32(1).copy()] },
  { name: 'tunnel', send: [say(MSG.CHANNEL_OPEN).string('tun@openssh.com').u32(1).u32(1).u32(1).u32(1).u32(1).copy()] },
  { name: 'eleven sessions', send: Array.from({ length: 11 }, () => open) },
  { name: 'no more sessions', send: [say(80).string('no-more-sessions@openssh.com').bool(true).copy(), open] },
  { name: 'keepalive', send: [say(80).string('keepalive@openssh.com').bool(true).copy()] },
  { name: 'unknown host key', send: [say(80).string('hostkeys-prove-00@openssh.com').bool(true).string('x').copy()] },
  { name: 'no host key', send: [say(80).string('hostkeys-prove-00@openssh.com').bool(true).copy()] },
  { name: 'forward without reply', send: [say(80).string('tcpip-forward').bool(false).string('').u32(0).copy()] },
  { name: 'forward cut', send: [say(80).string('tcpip-forward').bool(true).string('').copy()] },
  { name: 'cancel nothing', send: [say(80).string('cancel-tcpip-forward').bool(true).string('').u32(4).copy()] },
  { name: 'request nowhere', send: [say(98).u32(3).string('shell').bool(true).copy()] },
  { name: 'data before start', send: [open, say(94).u32(0).string('hello').copy()] },
  { name: 'unknown request', send: [open, ask('bogus').copy()] },
  { name: 'eow before start', send: [open, ask('eow@openssh.com').copy()] },
  { name: 'environment', send: [open, ask('env').string('LANG').string('C').copy()] },
  { name: 'other environment', send: [open, ask('env').string('FOO').string('C').copy()] },
  { name: 'window-change before', send: [open, ask4('window-change').copy()] },
  { name: 'break before', send: [open, ask('break').u32(80).copy()] },
  { name: 'signal before', send: [open, ask('signal').string('TERM').copy()] },
  { name: 'unknown subsystem', send: [open, ask('subsystem').string('foo').copy()] },
  {
    name: 'agent twice',
    send: [open, ask('auth-agent-req@openssh.com').copy(), ask('auth-agent-req@openssh.com').copy()],
  },
  { name: 'x11', send: [open, ask('x11-req').bool(false).string('MIT-MAGIC-COOKIE-1').string('00').u32(0).copy()] },
  { name: 'close before start', send: [open, say(97).u32(0).copy()] },
  { name: 'eof before start', send: [open, say(96).u32(0).copy()] },
  { name: 'two commands', send: [open, exec('cat'), exec('cat')] },
  { name: 'window-change', send: [open, exec('cat'), ask4('window-change').copy()] },
  { name: 'unknown signal', send: [open, exec('cat'), ask('signal').string('BOGUS').copy()] },
  { name: 'break', send: [open, exec('cat'), ask('break').u32(10).copy()] },
  { name: 'late environment', send: [open, exec('cat'), ask('env').string('LANG').string('C').copy()] },
  { name: 'packet too big', send: [open, exec('cat'), say(94).u32(0).string(Buffer.alloc(40_000, 65)).copy()] },
  { name: 'error data', send: [open, exec('cat'), say(95).u32(0).u32(1).string('abc').copy()] },
  { name: 'disconnect', send: [say(1).u32(11).string('bye').string('').copy()] },
];

/** The answers until silence, as one line; `login` puts the connection into the state that the probe wants. */
export async function probeMessages(
  port: number,
  probe: MessageProbe,
  login?: (client: MessageClient) => Promise<unknown>,
): Promise<string> {
  const client = await MessageClient.connect(port, probe.options);
  try {
    if (login !== undefined) {
      await login(client);
      await client.until(MSG.GLOBAL_REQUEST);
    }
    if (probe.service === true) await client.requestService();
    for (const payload of probe.send) {
      client.send(payload);
      await pause(PAUSE_MS);
    }
    const answers: string[] = [];
    for (;;) {
      const answer = await Promise.race([client.next(), pause(SILENCE_MS)]);
      if (answer === undefined || answer === 'pause')
        return [...answers, answer === undefined ? 'end' : 'open'].join(' | ');
      answers.push(`${answer[0]} ${readable(answer.subarray(1))}`);
    }
  } finally {
    client.close();
  }
}

function pause(ms: number): Promise<'pause'> {
  return new Promise((resolve) => setTimeout(() => resolve('pause'), ms));
}
