/** `npm run client`: generates the client of the API anew. `npm run docs -- --check` fails where that was forgotten. */
import { clientFiles } from './client/client-files.ts';
import { writeGenerated } from './generated.ts';

const written = writeGenerated(clientFiles(), false);
process.stdout.write(written.length === 0 ? 'the client is up to date\n' : `wrote ${written.join(', ')}\n`);
