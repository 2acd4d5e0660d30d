/** Becomes a point: shows the centre the secret of an invitation, once it is known to be the centre, and gets a certificate for a key made here. */
import { createPublicKey, sign, X509Certificate } from 'node:crypto';
import { connect, type TLSSocket } from 'node:tls';
import type { Clock } from '@netsentinel/contracts/clock';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { newKey } from '@netsentinel/kernel/x509';
import { CENTRE_NAME, fingerprintOf, pemOf } from './authority.ts';
import type { Credentials } from './credentials.ts';
import { Peer } from './peer.ts';
import { PROOF_LABEL, PROTOCOL, ToPoint, type FromStranger } from './point-wire.ts';
import type { Token } from './token.ts';

const ANSWER_MS = 15_000;

/** Rejects with what the centre says against it, `POINT_CENTRE_UNREACHABLE` or `POINT_CENTRE_FOREIGN`. */
export function joinCentre(token: Token, clock: Clock): Promise<Credentials> {
  const { host, port } = token;
  const key = newKey();
  const publicKey = createPublicKey(key);
  return new Promise((resolve, reject) => {
    // Who answers is looked at below, by the fingerprint in the token, before anything is said.
    const socket = connect({ host, port, rejectUnauthorized: false, minVersion: 'TLSv1.3' });
    const unreachable = (why: string): NetSentinelError =>
      new NetSentinelError('POINT_CENTRE_UNREACHABLE', 'operational', `the centre does not answer: ${why}`, {
        where: `${host}:${port}`,
        hint: 'Is the centre running with enforcer.points, and does no firewall stand between?',
      });
    const cancel = clock.after(ANSWER_MS, () => {
      reject(unreachable('it takes too long'));
      socket.destroy();
    });
    socket.on('error', (error) => reject(unreachable(error.message)));
    socket.on('close', cancel);
    socket.once('secureConnect', () => {
      const authority = authorityOf(socket, token.fingerprint);
      if (authority === undefined) {
        reject(
          new NetSentinelError('POINT_CENTRE_FOREIGN', 'user', 'Who answers is not the centre that made the token', {
            where: `${host}:${port}`,
            hint: 'Somebody stands between, or the centre was set up anew: have a new token made.',
          }),
        );
        return socket.destroy();
      }
      const peer: Peer<ToPoint, FromStranger> = new Peer<ToPoint, FromStranger>({
        socket,
        clock,
        schema: ToPoint,
        onMessage: (message) => {
          if (message.t === 'admitted') {
            const { name, certificate } = message;
            resolve({ name, host, port, authority, certificate, key: pemOf(key) });
          } else if (message.t === 'refused') {
            const { code, message: text, hint } = message;
            reject(new NetSentinelError(code, 'user', text, { hint }));
          } else return;
          peer.end('answered');
        },
        onEnd: (why) => reject(unreachable(why)),
      });
      const proven = socket.exportKeyingMaterial(32, PROOF_LABEL, Buffer.alloc(0));
      return peer.send({
        t: 'join',
        protocol: PROTOCOL,
        invitation: token.invitation,
        secret: token.secret,
        publicKey: publicKey.export({ format: 'der', type: 'spki' }),
        proof: sign('sha256', proven, key),
      });
    });
  });
}

/** PEM of the authority that the other end shows, where it has this fingerprint and the other end is the centre. */
function authorityOf(socket: TLSSocket, fingerprint: string): string | undefined {
  const shown = socket.getPeerCertificate(true);
  if (shown.raw === undefined || shown.issuerCertificate?.raw === undefined) return undefined;
  const [centre, authority] = [new X509Certificate(shown.raw), new X509Certificate(shown.issuerCertificate.raw)];
  if (fingerprintOf(authority) !== fingerprint) return undefined;
  const isCentre = centre.checkIssued(authority) && centre.verify(authority.publicKey);
  return isCentre && shown.subject.CN === CENTRE_NAME ? authority.toString() : undefined;
}
