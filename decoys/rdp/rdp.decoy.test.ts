import { createHash } from 'node:crypto';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ntlmClient } from '../ntlm/ntlm-client.fixture.ts';
import { NtlmSealing } from '../ntlm/ntlm-sealing.ts';
import { type PlayedClient, type PlayedService, playService, toldOf } from '../service/session.fixture.ts';
import { integer, octetString, sequence, tagged } from '@netsentinel/kernel/der';
import { fieldsOf, inside } from './connect/ber.ts';
import { agree } from './connect/negotiation.ts';
import {
  attachUser,
  clientInfo,
  type ClientShape,
  confirmActive,
  connectInitial,
  connectionRequest,
  erectDomain,
  finalization,
  join,
  keys,
  refreshRect,
  securityExchange,
  sendData,
  withSecurity,
} from './rdp-client.fixture.ts';
import { rdpDecoy } from './rdp.decoy.ts';
import { verifyCertificate } from './security/signing-key.ts';
import { SessionCipher } from './security/standard-security.ts';

const ACCOUNT = { user: 'Administrator', password: 'Winter2024!' };
const CONFIG = {
  persona: 'windows-2019-fileserver',
  credentials: { accept: [ACCOUNT], anyAfterTries: false, weakPairs: false },
};

function play(config: object = {}): PlayedService {
  const played = playService(rdpDecoy, { ...CONFIG, ...config });
  onTestFinished(() => played.close());
  return played;
}

const USER = 1006;
const scanCodes: Readonly<Record<string, number>> = {
  W: 0x11,
  i: 0x17,
  n: 0x31,
  t: 0x14,
  e: 0x12,
  r: 0x13,
  '2': 0x03,
  '0': 0x0b,
  '4': 0x05,
  '!': 0x02,
};

/** The key presses of a text on an American keyboard. */
function typed(text: string): Buffer {
  const strokes = text.split('').map((c) => {
    const shifted = /[A-Z!]/.test(c);
    const code = scanCodes[c]!;
    const events = shifted ? [0x00, 0x2a, 0x00, code, 0x01, code, 0x01, 0x2a] : [0x00, code, 0x01, code];
    return Buffer.from([(events.length / 2) << 2, events.length + 2, ...events]);
  });
  return Buffer.concat(strokes);
}

async function exchange(client: PlayedClient, bytes: Uint8Array): Promise<Buffer> {
  client.take();
  await client.send(bytes);
  return Buffer.from(client.take(), 'latin1');
}

/** With RDP's own security up to the client's information. */
async function standardConnection(played: PlayedService, shape: ClientShape = {}) {
  const client = played.connect();
  await exchange(client, connectionRequest(0, 'eltons'));
  const response = await exchange(client, connectInitial({ encryption: 2, ...shape }));
  const random = Buffer.alloc(32, 9);
  const at = response.indexOf(Buffer.from('020c', 'hex'));
  const serverRandom = response.subarray(at + 20, at + 52);
  await client.send(erectDomain());
  await exchange(client, attachUser());
  for (const channel of [USER, 1003, 1004, 1005]) await exchange(client, join(USER, channel));
  await client.send(sendData(USER, securityExchange(response, random)));
  const cipher = new SessionCipher(random, serverRandom, 2, 'client');
  const secured = (data: Uint8Array, flags = 0): Buffer => {
    const { signature, data: sealed } = cipher.encrypt(data);
    return sendData(USER, withSecurity(flags | 0x08, Buffer.concat([signature, sealed])));
  };
  return { client, secured, response };
}

describe('negotiation', () => {
  it('agrees on what the machine’s policy and the client have, as Windows does', () => {
    expect(agree('negotiate', 3)).toEqual({ kind: 'agreed', protocol: 2 });
    expect(agree('negotiate', 11)).toEqual({ kind: 'agreed', protocol: 8 });
    expect(agree('negotiate', 1)).toEqual({ kind: 'agreed', protocol: 1 });
    expect(agree('negotiate', undefined)).toEqual({ kind: 'agreed', protocol: 0 });
    expect(agree('nla', 1)).toEqual({ kind: 'failed', code: 5 });
    expect(agree('nla', 3)).toEqual({ kind: 'agreed', protocol: 2 });
    expect(agree('tls', 0)).toEqual({ kind: 'failed', code: 1 });
    expect(agree('tls', 3)).toEqual({ kind: 'agreed', protocol: 1 });
    expect(agree('rdp', 3)).toEqual({ kind: 'failed', code: 2 });
  });

  it('answers a cookie with the confirmation that nmap knows Windows by', async () => {
    const played = play();
    const client = played.connect();
    const answer = await exchange(client, connectionRequest(3, 'nmap'));
    expect(answer.toString('hex')).toBe('030000130ed00000123400021f080002000000');
    expect(played.events.at(-1)).toMatchObject({
      event: { action: 'rdp-client' },
      netsentinel: { rdp: { cookie: 'nmap', protocols: ['tls', 'nla'], security: 'nla' } },
    });
  });

  it('refuses whom the policy leaves nothing', async () => {
    const client = play({ security: 'nla' }).connect();
    expect((await exchange(client, connectionRequest(1))).toString('hex')).toBe(
      '030000130ed000001234000300080005000000',
    );
    expect(client.closed).toBe(true);
  });

  it('hangs up on what is not RDP', async () => {
    for (const bytes of [
      'GET / HTTP/1.0\r\n\r\n',
      '\x03\x00\x00\x03abc',
      '\x03\x00\x00\x0b\x06\x10\x00\x00\x00\x00\x00',
    ]) {
      const client = play().connect();
      await client.send(bytes);
      expect(client.closed).toBe(true);
    }
  });
});

describe('with RDP’s own security', () => {
  it('takes the password of the client’s information, and shows the screen', async () => {
    const played = play();
    const { client, secured } = await standardConnection(played, { name: 'DESKTOP-Q1' });
    client.take();
    await client.send(secured(clientInfo('CORP\\administrator', 'wrong'), 0x40));
    // The licence, and the capabilities.
    expect(client.take()).toContain('\xff\x03\x10\x00\x07\x00\x00\x00');
    await client.send(secured(confirmActive()));
    for (const pdu of finalization()) await client.send(secured(pdu));
    expect(client.take().length).toBeGreaterThan(5000);
    const login = played.events.find(({ event }) => event.action === 'rdp-login');
    expect(login).toMatchObject({
      event: { outcome: 'failure' },
      user: { name: 'administrator', domain: 'CORP' },
      netsentinel: { credential: { password: 'wrong', accepted: false } },
    });
    expect(
      played.events.some(
        ({ netsentinel }) =>
          netsentinel?.rdp?.client_name === 'DESKTOP-Q1' && netsentinel.rdp.keyboard_layout === '0x00000409',
      ),
    ).toBe(true);
    expect(played.events.some(({ netsentinel }) => netsentinel?.rdp?.client_address === '10.9.8.7')).toBe(true);
  });

  it('draws the whole screen once, however often it is asked to at once', async () => {
    const { client, secured } = await standardConnection(play());
    await client.send(secured(clientInfo('administrator', ''), 0x40));
    await client.send(secured(confirmActive()));
    for (const pdu of finalization()) await client.send(secured(pdu));
    const screen = Buffer.from(client.take(), 'latin1').length;
    await client.send(Buffer.concat(Array.from({ length: 50 }, () => secured(refreshRect()))));
    await client.settle(100);
    expect(client.take().length).toBeLessThan(screen * 2);
  });

  it('signs its certificate as every Terminal Server does', async () => {
    const { response } = await standardConnection(play());
    const key = response.indexOf('RSA1');
    const end = key + 20 + response.readUInt32LE(key + 4);
    expect(verifyCertificate(response.subarray(key - 16, end), response.subarray(end + 4, end + 68))).toBe(true);
    expect(verifyCertificate(response.subarray(key - 15, end), response.subarray(end + 4, end + 68))).toBe(false);
  });

  it('logs in who types the password, welcomes and ends the session', async () => {
    const played = play({ welcomeMs: 5000 });
    const { client, secured } = await standardConnection(played);
    await client.send(secured(clientInfo('Administrator', ''), 0x40));
    await client.send(secured(confirmActive()));
    for (const pdu of finalization()) await client.send(secured(pdu));
    client.take();
    await client.send(typed('Win2'));
    await client.send(keys(0x1c));
    await client.settle(400);
    expect(client.take().length).toBeGreaterThan(100);
    await client.send(typed('Winter2024!'));
    await client.send(keys(0x1c));
    await client.settle(100);
    await client.settle(5000);
    expect(client.closed).toBe(true);
    const logins = played.events.filter(({ event }) => event.action === 'rdp-login');
    expect(logins.map(({ event, netsentinel }) => [event.outcome, netsentinel?.credential?.password])).toEqual([
      ['failure', 'Win2'],
      ['success', 'Winter2024!'],
    ]);
    expect(played.events.at(-1)?.event.reason).toBe('session ended');
  });

  it('ends after too many tries, and tells what was typed and not sent off', async () => {
    const played = play({ maxTries: 1 });
    const { client, secured } = await standardConnection(played);
    await client.send(secured(clientInfo('Administrator', ''), 0x40));
    await client.send(secured(confirmActive()));
    for (const pdu of finalization()) await client.send(secured(pdu));
    await client.send(keys(0x11, 0x1c));
    await client.settle(400);
    expect(client.closed).toBe(true);
    const second = await standardConnection(played);
    await second.client.send(second.secured(clientInfo('Administrator', ''), 0x40));
    await second.client.send(second.secured(confirmActive()));
    for (const pdu of finalization()) await second.client.send(second.secured(pdu));
    await second.client.send(keys(0x11, 0x17));
    await second.client.destroy();
    expect(played.events.find(({ event }) => event.action === 'rdp-typed')).toMatchObject({
      netsentinel: { rdp: { typed: '1117' } },
    });
  });

  it('tells of the probe for CVE-2019-0708, and joins no channel that is not there', async () => {
    const played = play();
    const { client, secured } = await standardConnection(played, { channels: ['rdpdr', 'MS_T120'] });
    expect(played.events.find(({ event }) => event.action === 'rdp-exploit')).toMatchObject({
      threat: { technique: { id: ['T1190', 'T1210'] } },
      netsentinel: { rdp: { cve: ['CVE-2019-0708'] } },
    });
    expect((await exchange(client, join(USER, 1099))).subarray(7, 9).toString('hex')).toBe('3c40');
    await client.send(secured(clientInfo('a', ''), 0x40));
    await client.send(sendData(USER, Buffer.alloc(20), 1005));
    expect(toldOf(played.events).filter((action) => action === 'rdp-exploit')).toHaveLength(2);
  });
});

/** TLS on the client's end of the pair. */
async function secure(
  client: PlayedClient,
): Promise<{ readonly socket: TLSSocket; readonly next: () => Promise<Buffer> }> {
  client.stream.removeAllListeners('data');
  client.stream.pause();
  const socket = connectTls({ socket: client.stream, rejectUnauthorized: false });
  const pieces: Buffer[] = [];
  socket.on('data', (piece: Buffer) => pieces.push(piece));
  socket.on('error', () => {});
  for (let turn = 0; turn < 200 && !socket.authorizationError; turn++) await client.settle();
  return {
    socket,
    next: async () => {
      for (let turn = 0; turn < 100 && pieces.length === 0; turn++) await client.settle();
      return Buffer.concat(pieces.splice(0));
    },
  };
}

const tsRequest = (...fields: readonly Buffer[]): Buffer => sequence(tagged(0xa0, integer(6)), ...fields);
const negoToken = (token: Buffer): Buffer => tagged(0xa1, sequence(sequence(tagged(0xa0, octetString(token)))));
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');

async function credSsp(played: PlayedService, password: string, direct = false) {
  const client = played.connect();
  if (!direct) await exchange(client, connectionRequest(3));
  const { socket, next } = await secure(client);
  const ntlm = ntlmClient({ ...ACCOUNT, password, domain: '' });
  socket.write(tsRequest(negoToken(ntlm.first())));
  const reply = await next();
  const challenge = reply.subarray(reply.indexOf('NTLMSSP'));
  const token = ntlm.next(challenge);
  const sealing = new NtlmSealing(ntlm.sessionKey, token.readUInt32LE(60), 'client');
  const certificate = socket.getPeerX509Certificate()!;
  const publicKey = certificate.publicKey.export({ format: 'der', type: 'pkcs1' });
  const nonce = Buffer.alloc(32, 5);
  const hash = (label: string) =>
    createHash('sha256').update(`CredSSP ${label} Binding Hash\0`).update(nonce).update(publicKey).digest();
  const { sealed, signature } = sealing.seal(hash('Client-To-Server'));
  socket.write(
    tsRequest(
      negoToken(token),
      tagged(0xa3, octetString(Buffer.concat([signature, sealed]))),
      tagged(0xa5, octetString(nonce)),
    ),
  );
  await client.settle(1000);
  const answer = await next();
  return { client, socket, next, certificate, challenge, answer, sealing, expected: hash('Server-To-Client') };
}

describe('with CredSSP', () => {
  it('names the machine in its challenge as in its certificate, with the persona’s build', async () => {
    const played = play();
    const { certificate, challenge } = await credSsp(played, 'nope');
    const names = challenge.toString('utf16le') + challenge.subarray(1).toString('utf16le');
    expect(names).toContain(certificate.subject.replace('CN=', ''));
    expect(challenge.subarray(48, 52).toString('hex')).toBe('0a006345');
  });

  it('lets in who knows the password, takes the credentials, and goes on', async () => {
    const played = play();
    const { client, socket, next, answer, sealing, expected } = await credSsp(played, ACCOUNT.password);
    const sealed = inside(fieldsOf(inside(answer, 0x30)!).get(0xa3), 0x04)!;
    const { clear, valid } = sealing.unseal(sealed.subarray(16), sealed.subarray(0, 16));
    expect(valid).toBe(true);
    expect(clear.equals(expected)).toBe(true);
    const inner = sequence(
      ...['', ACCOUNT.user, ACCOUNT.password].map((text, i) => tagged(0xa0 + i, octetString(utf16(text)))),
    );
    const own = sealing.seal(sequence(tagged(0xa0, integer(1)), tagged(0xa1, octetString(inner))));
    socket.write(tsRequest(tagged(0xa2, octetString(Buffer.concat([own.signature, own.sealed])))));
    socket.write(connectInitial());
    expect((await next()).includes('McDn')).toBe(true);
    for (const bytes of [erectDomain(), attachUser(), join(USER, USER), join(USER, 1003)]) socket.write(bytes);
    socket.write(sendData(USER, withSecurity(0x40, clientInfo(ACCOUNT.user, ''))));
    await client.settle();
    expect((await next()).includes('RDP\0')).toBe(true);
    socket.write(sendData(USER, confirmActive()));
    for (const pdu of finalization()) socket.write(sendData(USER, pdu));
    await client.settle();
    expect((await next()).length).toBeGreaterThan(3000);
    const login = played.events.find(({ event }) => event.action === 'rdp-login');
    expect(login).toMatchObject({
      event: { outcome: 'success' },
      netsentinel: { credential: { method: 'ntlmv2', password: ACCOUNT.password } },
    });
    expect(login?.netsentinel?.credential?.response).toMatch(/^Administrator::/);
    expect(toldOf(played.events).filter((action) => action.startsWith('rdp-login'))).toHaveLength(1);
    await client.destroy();
  });

  it('says STATUS_LOGON_FAILURE to who does not, and keeps the answer for hashcat', async () => {
    const played = play();
    const { answer, client } = await credSsp(played, 'Summer2020');
    expect(inside(fieldsOf(inside(answer, 0x30)!).get(0xa4), 0x02)?.toString('hex')).toBe('c000006d');
    const login = played.events.find(({ event }) => event.action === 'rdp-login');
    expect(login).toMatchObject({ event: { outcome: 'failure' } });
    expect(login?.netsentinel?.credential?.response).toMatch(/^Administrator::[^:]*:[0-9a-f]{16}:[0-9a-f]{32}:/);
    await client.destroy();
  });

  it('is met without negotiation too, at its own port', async () => {
    const played = play();
    const { challenge, client } = await credSsp(played, 'x', true);
    expect(challenge.toString('latin1', 0, 7)).toBe('NTLMSSP');
    await client.destroy();
  });
});
