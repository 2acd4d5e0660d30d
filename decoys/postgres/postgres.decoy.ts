/** The PostgreSQL decoy: PostgreSQL 15 as Debian 12 ships it, over tables of the persona's own, one copy for each attacker. */
import { defineService } from '../service/define-service.ts';
import { PgHost } from './pg-host.ts';
import { PostgresConfig } from './postgres.config.ts';
import { PostgresProtocol } from './postgres.protocol.ts';

export const postgresDecoy = defineService({
  id: 'postgres',
  summary:
    'PostgreSQL 15: SCRAM and md5, simple and extended queries, a true subset of SQL with the system catalogue, dumps, COPY and file tricks.',
  stability: 'experimental',
  standardPort: 5432,
  config: PostgresConfig,
  accounts: {
    realm: 'postgres',
    isUser: (name, persona, config) => {
      const owners = persona.databases.filter(({ engine }) => engine === 'postgresql').map(({ owner }) => owner);
      return (
        ['postgres', ...(owners.length > 0 ? owners : ['app'])].includes(name) ||
        config.credentials.accept.some(({ user }) => user === name)
      );
    },
  },
  limits: { idleMs: 28_800_000 },
  // nmap tells versions by the line numbers of errors, and knows none of these.
  describe: () => ({ service: 'postgresql', product: 'PostgreSQL DB', version: '9.6.0 or later' }),
  open({ persona, ctx }, config) {
    const host = new PgHost(persona, config, ctx);
    return (session) => new PostgresProtocol(session, host);
  },
});
