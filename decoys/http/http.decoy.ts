/** The HTTP decoy: the web server that the machine would have, in clear text. */
import { defineService } from '../service/define-service.ts';
import { HttpConfig } from './http.config.ts';
import { HttpProtocol } from './http.protocol.ts';
import { describeWebsite, openWebsite } from './open-website.ts';
import { PATIENCE } from './patience.ts';

export const httpDecoy = defineService<HttpConfig>({
  id: 'http',
  summary: 'Web server (nginx, Apache, lighttpd) with the applications that attackers look for, in clear text.',
  stability: 'stable',
  standardPort: 80,
  config: HttpConfig,
  describe: (persona, config) => describeWebsite(persona, config, 'http'),
  open({ persona }, config) {
    const website = openWebsite(persona, config, { secure: false, type: 'http' });
    const h2c = website.server.software.startsWith('lighttpd');
    return (session) => new HttpProtocol(session, { website, tls: undefined, h2c, ...PATIENCE });
  },
});
