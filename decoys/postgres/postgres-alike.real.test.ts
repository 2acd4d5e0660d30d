/** The decoy beside Debian's PostgreSQL: the same statements to both in one session, every difference listed. */
import { describe } from 'vitest';
import { itAnswersAsRealServersDo, maskThisYear } from '../sql/compare-answers.fixture.ts';
import { hasPostgres, postgresVersion, startPostgres } from '../sql/real-servers.fixture.ts';
import { PostgresClient } from './postgres-client.fixture.ts';
import { postgresDecoy } from './postgres.decoy.ts';

/** Above those that are built in. */
const OBJECT_ID = /\b(1[6-9]|2\d)\d{3}\b/g;
/** The release whose lines of its sources the decoy tells with its errors; another one's differ. */
const LINES_OF = '15.20 ';

function maskLines(answer: string): string {
  return postgresVersion().startsWith(LINES_OF) ? answer : answer.replaceAll(/ · L\d+ · /g, ' · L · ');
}

describe.runIf(hasPostgres)('the PostgreSQL decoy beside PostgreSQL', () => {
  itAnswersAsRealServersDo({
    decoy: postgresDecoy,
    beside: 'PostgreSQL',
    probes: new URL('postgres-probes.txt', import.meta.url),
    leastProbes: 170,
    user: 'postgres',
    version: postgresVersion,
    start: startPostgres,
    login: (port, user, password) => PostgresClient.login(port, user, password, 'postgres'),
    mask: (answer) => maskLines(maskThisYear(answer).replaceAll(OBJECT_ID, 'OID')),
  });
});
