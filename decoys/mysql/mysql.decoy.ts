/** The MySQL decoy: MariaDB 10.11 as Debian 12 ships it, or MySQL 8.0, over tables of the persona's own, one copy for each attacker. */
import { defineService } from '../service/define-service.ts';
import { MysqlHost } from './mysql-host.ts';
import { productOf } from './mysql-server.ts';
import { MysqlConfig } from './mysql.config.ts';
import { MysqlProtocol } from './mysql.protocol.ts';

export const mysqlDecoy = defineService({
  id: 'mysql',
  summary:
    'MariaDB 10.11 or MySQL 8.0: real handshakes, a true subset of SQL over believable tables, dumps, file and library tricks.',
  stability: 'experimental',
  standardPort: 3306,
  config: MysqlConfig,
  accounts: {
    realm: 'mysql',
    isUser: (name, persona, config) =>
      [
        'root',
        'admin',
        ...(persona.databases.some(({ engine }) => engine === 'mysql')
          ? persona.databases.filter(({ engine }) => engine === 'mysql').map(({ owner }) => owner)
          : ['shop', 'wordpress']),
      ].includes(name) || config.credentials.accept.some(({ user }) => user === name),
  },
  limits: { idleMs: 28_800_000 },
  describe(persona, config) {
    const { product, version } = productOf(persona, config);
    return { service: 'mysql', product: 'MySQL', version: product === 'mariadb' ? `5.5.5-${version}` : version };
  },
  open({ persona, ctx }, config) {
    const host = new MysqlHost(persona, config, ctx);
    return (session) => new MysqlProtocol(session, host);
  },
});
