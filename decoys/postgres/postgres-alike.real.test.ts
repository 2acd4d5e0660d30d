/** The decoy beside Debian's PostgreSQL: the same statements to both in one session, every difference listed. */
import { describe } from 'vitest';
import { itAnswersAsRealServersDo, maskThisYear } from '../sql/compare-answers.fixture.ts';
import { hasPostgres, startPostgres } from '../sql/real-servers.fixture.ts';
import { PostgresClient } from './postgres-client.fixture.ts';
import { postgresDecoy } from './postgres.decoy.ts';

describe.runIf(hasPostgres)('the PostgreSQL decoy beside PostgreSQL', () => {
  itAnswersAsRealServersDo({
    decoy: postgresDecoy,
    beside: 'PostgreSQL',
    probes: new URL('postgres-probes.txt', import.meta.url),
    leastProbes: 170,
    user: 'postgres',
    start: startPostgres,
    login: (port, user, password) => PostgresClient.login(port, user, password, 'postgres'),
    // Object ids above what is built in.
    mask: (answer) => maskThisYear(answer).replaceAll(/\b(1[6-9]|2\d)\d{3}\b/g, 'OID'),
  });
});
