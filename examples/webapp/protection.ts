/** All that protects this application. Where NetSentinel runs, it brings its blocklist and is told what is seen here. */
import { createGuard, type Guard } from '@netsentinel/guard';

export function protection(env: NodeJS.ProcessEnv = process.env): Guard {
  const { BLOCKLIST_REDIS: redis, REPORT_URL: url, REPORT_TOKEN: token } = env;
  return createGuard({
    inspection: 'block',
    honeytokens: { paths: ['/wp-login.php', '/.env', '/admin/backup'], fields: ['website'] },
    limits: [
      { name: 'requests', requests: 300, windowS: 60 },
      { name: 'login', requests: 10, windowS: 300, methods: ['POST'], paths: ['/login', '/register'] },
    ],
    ...(redis === undefined ? {} : { blocklist: { redis: { url: redis } } }),
    ...(url === undefined || token === undefined ? {} : { report: { url, token } }),
  });
}
