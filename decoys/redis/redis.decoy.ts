/** The Redis decoy: redis 7.0.15 as Debian 12 ships it, opened to the network; each attacker has a server of their own. */
import { defineService } from '../service/define-service.ts';
import { loadCommandTable } from './command-table.ts';
import { PROTECTED_MODE } from './protected-mode.ts';
import { redisPersona } from './redis-persona.ts';
import { RedisProtocol } from './redis-protocol.ts';
import { RedisServer, type RedisParts } from './redis-server.ts';
import { RedisConfig } from './redis.config.ts';
import { seedKeys } from './seed-keys.ts';
import { ServerLeases } from './server-leases.ts';

const PORT = 6379;

export const redisDecoy = defineService<RedisConfig>({
  id: 'redis',
  summary: 'Redis 7.0.15 of Debian 12 with keys, scripts, replication and dumps, all of it pretended and recorded.',
  stability: 'experimental',
  standardPort: PORT,
  config: RedisConfig,
  describe: (persona, { password }) => ({
    service: 'redis',
    product: 'Redis key-value store',
    // Told to who may ask.
    version: password === '' ? redisPersona(persona, PORT).version : '',
  }),
  accounts: { realm: 'redis', isUser: (name) => name === 'default' },
  refusal: () => '-ERR max number of clients reached\r\n',
  open({ persona, ctx }, config) {
    const table = loadCommandTable();
    const settings = new Map(table.settings);
    for (const [name, value] of Object.entries(personaSettings(config))) settings.set(name, value);
    const parts: RedisParts = {
      persona: redisPersona(persona, PORT),
      table,
      settings,
      config,
      clock: ctx.clock,
      seeded: seedKeys(persona),
    };
    const leases = new ServerLeases(() => new RedisServer(parts), config.maxServers);

    return (session) => {
      if (config.protectedMode && config.password === '') {
        session.send(PROTECTED_MODE);
        session.end('protected mode');
        return { data: () => {} };
      }
      const { server, release } = leases.take(session.actor);
      if (server.downUntil > ctx.clock.now()) {
        release();
        session.reset('restarting');
        return { data: () => {} };
      }
      if (config.password !== '') session.wait(session.logins.prepare(session.actor), () => {});
      return new RedisProtocol(session, server, release);
    };
  },
});

/** What the machine's redis.conf has that Debian's own has not. */
function personaSettings(config: RedisConfig): Readonly<Record<string, string>> {
  return {
    bind: '* -::*',
    port: String(PORT),
    'protected-mode': config.protectedMode ? 'yes' : 'no',
    dir: '/var/lib/redis',
    logfile: '/var/log/redis/redis-server.log',
    pidfile: '/run/redis/redis-server.pid',
    daemonize: 'no',
    supervised: 'systemd',
    requirepass: config.password,
    'enable-protected-configs': config.protectedConfigs,
    'enable-module-command': config.moduleCommand,
    'enable-debug-command': config.debugCommand,
  };
}
