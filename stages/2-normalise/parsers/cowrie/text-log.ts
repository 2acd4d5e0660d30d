/** Cowrie's text log, as Twisted writes it: `TIME [Transport,NUMBER,ADDRESS] what happened`. */
import { endpointIn, type DecoySighting } from '../../honeypot/decoy-document.ts';
import { parseIsoTime } from '../../text/time.ts';
import type { Zone } from '../../text/zone.ts';

/** A line that only Cowrie writes. */
export const TEXT_LINE =
  /^\d{4}-\d\d-\d\d[T ]\S+ \[(?:[^\]]* )?(?:HoneyPotSSHTransport|CowrieTelnetTransport|cowrie\.(?:ssh|telnet)\.[\w.]+)/;
const LINE = /^(\d{4}-\d\d-\d\d[T ]\S+) \[([^\]]*)\] (.*)$/s;
/** The transport within the words of the layers above it. */
const TRANSPORT = /(HoneyPotSSHTransport|CowrieTelnetTransport),([0-9a-z]+),([0-9a-fA-F.:]+)$/;
const CONNECTION = /^New connection: (\S+):(\d+) \((\S+):(\d+)\) \[session: (\w+)\]/;
const ATTEMPT = /^login attempt \[(.*)\] (succeeded|failed)$/s;

type TextSighting = Omit<DecoySighting, 'product' | 'original' | 'transport'>;

/** Undefined for what the honeypot says of itself. */
export function sightingIn(line: string, zone: Zone): TextSighting | undefined {
  const parts = LINE.exec(line);
  if (parts === null) return undefined;
  const [, time = '', layers = '', words = ''] = parts;
  const timeMs = parseIsoTime(time, zone);
  const protocol = layers.toLowerCase().includes('telnet') ? 'telnet' : 'ssh';
  const opened = CONNECTION.exec(words);
  if (opened !== null) {
    const [, ip, port, toIp, toPort] = opened;
    return { timeMs, protocol, move: 'connect', source: endpointIn(ip, port), destination: endpointIn(toIp, toPort) };
  }
  const transport = TRANSPORT.exec(layers);
  if (transport === null) return undefined;
  const [, , number = '', address = ''] = transport;
  const common = {
    timeMs,
    protocol,
    source: endpointIn(address, undefined),
    session: `${number}-${address}`,
    message: words,
  };
  const attempt = ATTEMPT.exec(words);
  if (attempt !== null)
    return { ...common, ...credentialsIn(attempt[1]!), move: 'login', accepted: attempt[2] === 'succeeded' };
  if (words.startsWith('CMD: ')) return { ...common, move: 'command', commandLine: words.slice(5) };
  if (words.startsWith('Command found: ')) return { ...common, move: 'program', commandLine: words.slice(15) };
  if (words.startsWith('Remote SSH version: '))
    return { ...common, move: 'client', ssh: { client_version: unquoted(words.slice(20)) } };
  if (words.startsWith('Connection lost after')) return { ...common, move: 'disconnect' };
  return undefined;
}

/** `root/123456` or `b'root'/b'123456'`: a slash in the name cannot be told from the one between. */
function credentialsIn(text: string): { user: string; password: string } {
  const quoted = /^b'(.*?)'\/b'(.*)'$/s.exec(text) ?? /^b"(.*?)"\/b"(.*)"$/s.exec(text);
  if (quoted !== null) return { user: quoted[1]!, password: quoted[2]! };
  const slash = text.indexOf('/');
  return slash < 0 ? { user: text, password: '' } : { user: text.slice(0, slash), password: text.slice(slash + 1) };
}

function unquoted(text: string): string {
  return /^b'.*'$/s.test(text) ? text.slice(2, -1) : text;
}
