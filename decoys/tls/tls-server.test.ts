/** Identities are what OpenSSL takes them for and the same for ever; handshakes end as those of Debian 12's servers do. */
import { X509Certificate } from 'node:crypto';
import { duplexPair } from 'node:stream';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { createPersona } from '../persona/persona.ts';
import { tlsIdentity } from './tls-identity.ts';
import { openTls, type TlsOptions } from './tls-server.ts';

const persona = createPersona(Buffer.alloc(32, 1), 'debian-12-server');
const identity = tlsIdentity(persona, { commonName: persona.hostname });

describe('an identity', () => {
  it('is that of Debian’s ssl-cert package, made when the machine was', () => {
    const certificate = new X509Certificate(identity.cert);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate).toMatchObject({
      subject: `CN=${persona.hostname}`,
      issuer: `CN=${persona.hostname}`,
      subjectAltName: `DNS:${persona.hostname}`,
      ca: false,
      serialNumber: identity.serial.toUpperCase(),
    });
    expect(certificate.checkPrivateKey(identity.privateKey)).toBe(true);
    const made = Date.parse(certificate.validFrom);
    expect(made).toBe(identity.notBefore);
    expect(made - persona.installedAt).toBeGreaterThan(0);
    expect(made - persona.installedAt).toBeLessThan(3_600_000);
    expect(Date.parse(certificate.validTo) - made).toBe(3650 * 86_400_000);
  });

  it('is the same for the same persona and shares nothing with another’s', () => {
    const again = tlsIdentity(createPersona(Buffer.alloc(32, 1), 'debian-12-server'), { commonName: persona.hostname });
    expect(again.certificate.equals(identity.certificate)).toBe(true);
    const other = createPersona(Buffer.alloc(32, 2), 'debian-12-server');
    const theirs = tlsIdentity(other, { commonName: other.hostname });
    expect(theirs.serial).not.toBe(identity.serial);
    expect(theirs.notBefore).not.toBe(identity.notBefore);
    expect(theirs.privateKey.equals(identity.privateKey)).toBe(false);
  });

  it('has the extensions of the tool that is said to have made it', () => {
    const made = tlsIdentity(persona, {
      style: 'openssl',
      commonName: 'gate',
      country: 'US',
      organization: 'Bücher & Söhne',
      altNames: ['10.0.0.1', 'gate.example'],
      issuedAt: Date.UTC(2049, 11, 31),
      days: 365,
    });
    const certificate = new X509Certificate(made.cert);
    expect(certificate.subject).toBe('C=US\nO=Bücher & Söhne\nCN=gate');
    expect(certificate.subjectAltName).toBe('IP Address:10.0.0.1, DNS:gate.example');
    expect(certificate.ca).toBe(true);
    expect(certificate.validTo).toBe('Dec 31 00:00:00 2050 GMT');
    const windows = new X509Certificate(tlsIdentity(persona, { style: 'windows', commonName: 'FILES01' }).cert);
    expect(windows.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(windows.serialNumber).toHaveLength(32);
  });
});

describe('a handshake', () => {
  it('carries clear text both ways', async () => {
    const { client, server } = await shake();
    server.on('data', (chunk: Buffer) => server.write(`you said ${chunk.toString()}`));
    client.write('hello');
    const [answer] = await once(client, 'data');
    expect(String(answer)).toBe('you said hello');
    expect(client.getPeerX509Certificate()?.fingerprint256.replaceAll(':', '').toLowerCase()).toBe(
      identity.fingerprint,
    );
    client.destroy();
  });

  it('agrees on what OpenSSL 3.0 would, not on what Node’s could', async () => {
    const { client } = await shake();
    expect(client.getEphemeralKeyInfo()).toMatchObject({ name: 'X25519' });
    expect(client.getProtocol()).toBe('TLSv1.3');
    client.destroy();
  });

  it('chooses the protocol by the server’s order', async () => {
    const { client } = await shake({ ALPNProtocols: ['http/1.1', 'h2'] }, { alpn: ['h2', 'http/1.1'] });
    expect(client.alpnProtocol).toBe('h2');
    client.destroy();
  });

  it('goes on without a protocol where none fits, or ends, as asked', async () => {
    const { client } = await shake({ ALPNProtocols: ['foo'] }, { alpn: ['h2'] });
    expect(client.alpnProtocol).toBe(false);
    client.destroy();
    await expect(shake({ ALPNProtocols: ['foo'] }, { alpn: ['h2'], alpnMismatch: 'alert' })).rejects.toThrow(
      /no.application.protocol/,
    );
  });

  it('refuses TLS 1.1', async () => {
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } as const;
    await expect(shake(old)).rejects.toThrow(/alert protocol version/);
  });
});

/** A client that does not check whom it meets, and our side; the hello is read first, as decoys do. */
async function shake(
  clientOptions: ConnectionOptions = {},
  options: TlsOptions = {},
): Promise<{ client: TLSSocket; server: TLSSocket }> {
  const [ours, theirs] = duplexPair();
  const client = connect({ socket: theirs, rejectUnauthorized: false, ...clientOptions });
  const [early] = (await once(ours, 'data')) as [Buffer];
  ours.removeAllListeners('data').pause();
  const server = openTls(ours, identity, { ...options, early });
  server.on('error', () => {});
  await new Promise<void>((resolve, reject) => {
    client.once('secureConnect', resolve);
    client.once('error', reject);
  });
  return { client, server };
}

function once(from: { once(event: string, then: (...values: readonly unknown[]) => void): unknown }, event: string) {
  return new Promise<readonly unknown[]>((resolve) => from.once(event, (...values) => resolve(values)));
}
