/** What the persona's own applications ask while somebody watches with MONITOR: a server that counts commands and shows none would give itself away. */
import type { RedisClient } from './redis-client.ts';
import { monitorLine } from './monitor-line.ts';
import type { RedisServer } from './redis-server.ts';

/** Lines shown to one MONITOR; whoever watches for hours has seen enough. */
const MAX_LINES = 20_000;

/** Goes on as long as the client's session. */
export function showTraffic(client: RedisClient, server: RedisServer, left = MAX_LINES): void {
  const { opsPerSecond, applications } = server.parts.persona;
  if (left === 0 || applications.length === 0) return;
  // Exponentially distributed, as independent requests come.
  const ms = Math.min(60_000, Math.max(5, (-Math.log(1 - Math.random()) * 1000) / opsPerSecond));
  client.session.after(ms, () => {
    if (!client.monitors) return;
    const application = applications[server.random(applications.length)]!;
    const args = requestOf(server);
    if (args !== undefined)
      client.push(monitorLine(server.clock.now(), application.db, `127.0.0.1:${application.port}`, args));
    showTraffic(client, server, left - 1);
  });
}

/** A read, as web applications mostly make them, of what is in the store. */
function requestOf(server: RedisServer): readonly string[] | undefined {
  const { seeded } = server.parts;
  const { key, value, ttl } = seeded[server.random(seeded.length)]!;
  switch (value.type) {
    case 'string':
      return ttl === undefined || server.random(3) > 0 ? ['get', key] : ['expire', key, String(ttl)];
    case 'hash':
      return ['hgetall', key];
    case 'list':
      return ['llen', key];
    case 'set':
      return ['scard', key];
    case 'zset':
      return ['zrevrange', key, '0', '9', 'WITHSCORES'];
    default:
      return undefined;
  }
}
