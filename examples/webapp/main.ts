/** Starts the application: `node main.ts`. Listens with HTTPS on PORT (3443), keeps its database and certificate in DATA (./data). */
import { createServer } from 'node:https';
import { join } from 'node:path';
import { createApp } from './app/app.ts';
import { ownCertificate } from './app/certificate.ts';
import { Database } from './app/database.ts';
import { log } from './app/log.ts';
import { protection } from './protection.ts';

const folder = process.env['DATA'] ?? join(import.meta.dirname, 'data');
const port = Number(process.env['PORT'] ?? 3443);
const database = new Database(join(folder, 'notes.db'));
const guard = protection();
await guard.ready();
const server = createServer(ownCertificate(folder), createApp({ database, guard }));
server.headersTimeout = 10_000;
server.requestTimeout = 30_000;
server.once('error', (error: NodeJS.ErrnoException) => {
  const taken = error.code === 'EADDRINUSE';
  log('error', taken ? `port ${port} is taken: name another with PORT` : error.message);
  process.exit(1);
});
server.listen(port, process.env['HOST'] ?? '127.0.0.1', () =>
  log('info', 'listening', { url: `https://localhost:${port}/` }),
);

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    server.close(() => {
      database.close();
      void guard.close().then(() => process.exit(0));
    });
    server.closeIdleConnections();
  });
