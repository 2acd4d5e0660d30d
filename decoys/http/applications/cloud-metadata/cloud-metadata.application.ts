/** The metadata service of a cloud's instance, as it answers to whoever got a server to ask for them: credentials of a role, which are none. */
import { honeytokenSecrets } from '../../../honeytoken/draw-honeytokens.ts';
import type { Answer, Head, Request } from '../../message.types.ts';
import { headerOf } from '../../message.types.ts';
import type { Application, ApplicationDefinition, Installation } from '../application.types.ts';

const OWN =
  /^\/(?:latest|20\d\d-\d\d-\d\d|1\.0)(?:\/|$)|^\/computeMetadata\/v1|^\/metadata\/(?:instance|identity)|^\/opc\/v\d/;

export const cloudMetadata: ApplicationDefinition = {
  id: 'cloud-metadata',
  summary: "A cloud instance's metadata, with credentials that are none.",
  open: (installation) => new CloudMetadata(installation),
};

class CloudMetadata implements Application {
  readonly #installation: Installation;

  constructor(installation: Installation) {
    this.#installation = installation;
  }

  claims(path: string, head: Head): boolean {
    return OWN.test(path) || /^169\.254\.169\.254|^metadata\.google/.test(head.host);
  }

  respond(request: Request, path: string): Answer {
    const { persona } = this.#installation;
    const text = (body: string, status = 200): Answer => ({
      status,
      headers: [['Content-Type', 'text/plain']],
      body,
      from: 'program',
    });
    const hex = (purpose: string, bytes: number) =>
      Buffer.from(persona.derive(`metadata ${purpose}`, bytes)).toString('hex');
    const role = `${persona.organization.short}-web`;
    const secrets = honeytokenSecrets(persona);
    const token = Buffer.from(persona.derive('metadata token', 240)).toString('base64');
    if (path.startsWith('/computeMetadata')) {
      if (headerOf(request.headers, 'metadata-flavor') !== 'Google')
        return text('Missing required header: Metadata-Flavor\n', 403);
      if (path.endsWith('/token'))
        return {
          status: 200,
          headers: [
            ['Metadata-Flavor', 'Google'],
            ['Content-Type', 'application/json'],
          ],
          body: JSON.stringify({
            access_token: `ya29.c.${token.slice(0, 120)}`,
            expires_in: 3214,
            token_type: 'Bearer',
          }),
          from: 'program',
        };
      return text('attributes/\ndisks/\nhostname\nid\nservice-accounts/\nzone\n');
    }
    if (path.startsWith('/metadata/')) {
      if (headerOf(request.headers, 'metadata')?.toLowerCase() !== 'true')
        return text('{"error":"Bad request. Required metadata header not specified"}', 400);
      return {
        status: 200,
        headers: [['Content-Type', 'application/json; charset=utf-8']],
        body: JSON.stringify({
          compute: { location: 'westeurope', name: persona.hostname, osType: 'Linux', vmId: hex('vm', 16) },
        }),
        from: 'program',
      };
    }
    if (path === '/latest/api/token')
      return request.method === 'PUT'
        ? text(`AQAEA${Buffer.from(persona.derive('metadata imds', 36)).toString('base64url')}==`)
        : text('', 405);
    const place = path.replace(/^\/[^/]+\/?/, '').replace(/\/$/, '');
    switch (place) {
      case '':
        return text('dynamic\nmeta-data\nuser-data');
      case 'meta-data':
        return text(
          'ami-id\nhostname\niam/\ninstance-id\ninstance-type\nlocal-ipv4\nmac\nplacement/\npublic-keys/\nsecurity-groups',
        );
      case 'meta-data/iam':
        return text('info\nsecurity-credentials/');
      case 'meta-data/iam/security-credentials':
        return text(role);
      case `meta-data/iam/security-credentials/${role}`:
        return {
          status: 200,
          headers: [['Content-Type', 'application/json']],
          body: JSON.stringify(
            {
              Code: 'Success',
              LastUpdated: new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000).toISOString().replace('.000', ''),
              Type: 'AWS-HMAC',
              AccessKeyId: secrets.role.id,
              SecretAccessKey: secrets.role.secret,
              Token: token,
              Expiration: new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000 + 21_600_000)
                .toISOString()
                .replace('.000', ''),
            },
            null,
            2,
          ),
          from: 'program',
        };
      case 'meta-data/hostname':
        return text(`ip-${persona.network.address.replaceAll('.', '-')}.eu-central-1.compute.internal`);
      case 'meta-data/instance-id':
        return text(`i-0${hex('instance', 8)}`);
      case 'meta-data/local-ipv4':
        return text(persona.network.address);
      case 'meta-data/mac':
        return text(persona.network.mac);
      case 'meta-data/ami-id':
        return text(`ami-0${hex('ami', 8)}`);
      case 'meta-data/instance-type':
        return text('t3.medium');
      case 'user-data':
        return text(
          `#!/bin/bash\napt-get update\nexport DB_PASSWORD=${secrets.database.password}\nexport AWS_ACCESS_KEY_ID=${secrets.aws.id} AWS_SECRET_ACCESS_KEY=${secrets.aws.secret}\n`,
        );
      default:
        return text(
          '<?xml version="1.0" encoding="iso-8859-1"?>\n<html><head><title>404 - Not Found</title></head><body><h1>404 - Not Found</h1></body></html>\n',
          404,
        );
    }
  }
}
