/** The HTTPS decoy: the same over TLS, with the certificate that the machine would have; HTTP/2 where the client can. */
import { defineService } from '../service/define-service.ts';
import type { Persona } from '../persona/persona.types.ts';
import { tlsIdentity, type TlsIdentity } from '../tls/tls-identity.ts';
import { HttpsConfig } from '../http/http.config.ts';
import { HttpProtocol } from '../http/http.protocol.ts';
import { describeWebsite, openWebsite } from '../http/open-website.ts';
import { PATIENCE } from '../http/patience.ts';

export const httpsDecoy = defineService<HttpsConfig>({
  id: 'https',
  summary: 'The same web servers and applications over TLS, with HTTP/2.',
  stability: 'stable',
  standardPort: 443,
  config: HttpsConfig,
  describe(persona, config) {
    const { service, ...what } = describeWebsite(persona, config, 'https');
    return { service: `ssl/${service}`, ...what };
  },
  open({ persona }, config) {
    const website = openWebsite(persona, config, { secure: true, type: 'https' });
    const { server } = website;
    const tls = {
      identity: webIdentity(persona),
      options: {
        ...server.tls,
        alpn: (server.tls.alpn ?? []).filter((protocol) => config.http2 || protocol !== 'h2'),
      },
    };
    return (session) => new HttpProtocol(session, { website, tls, h2c: false, ...PATIENCE });
  },
});

/** The persona's own certificate: Debian's snakeoil where it has nothing to say of itself. */
function webIdentity(persona: Persona): TlsIdentity {
  const { commonName, altNames, organization, organizationalUnit, locality, state, country, validFrom, days } =
    persona.certificate;
  const plain = organization === undefined && country === undefined;
  return tlsIdentity(persona, {
    style: plain ? 'snakeoil' : 'openssl',
    commonName,
    altNames,
    organization,
    unit: organizationalUnit,
    locality,
    state,
    country,
    issuedAt: validFrom,
    days,
  });
}
