/** The decoy beside Debian's MariaDB: the same statements to both in one session, every difference listed. */
import { describe } from 'vitest';
import { itAnswersAsRealServersDo, maskThisYear } from '../sql/compare-answers.fixture.ts';
import { hasMariadb, mariadbVersion, startMariadb } from '../sql/real-servers.fixture.ts';
import { MysqlClient } from './mysql-client.fixture.ts';
import { mysqlDecoy } from './mysql.decoy.ts';

describe.runIf(hasMariadb)('the MySQL decoy beside MariaDB', () => {
  itAnswersAsRealServersDo({
    decoy: mysqlDecoy,
    beside: 'MariaDB',
    probes: new URL('mysql-probes.txt', import.meta.url),
    leastProbes: 280,
    user: 'root',
    version: mariadbVersion,
    start: startMariadb,
    login: async (port, user, password) => {
      const client = await MysqlClient.login(port, user, password);
      await client.ask('create database probe');
      return client;
    },
    mask: (answer) => maskThisYear(answer.replaceAll(/\*[0-9A-F]{40}/g, '*HASH')),
  });
});
