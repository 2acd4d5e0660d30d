/** The SSH decoy without its choice of machine: admission, the connections, and their common end. */
import { createHmac } from 'node:crypto';
import type { Decoy, DecoyConnection, DecoyContext } from '@netsentinel/contracts/decoy';
import { actorOf } from '@netsentinel/kernel/address';
import { describeError } from '@netsentinel/kernel/errors';
import { RANKS } from '../service/connection-limit.ts';
import { LoginPolicy } from '../service/login-policy.ts';
import { connectionLimit, personaHost, type PersonaParts } from '../service/persona-host.ts';
import { deriveHostKeys } from './host-keys.ts';
import { loadModuli } from './kex/moduli.ts';
import { offerOf } from './offers.ts';
import { SshConnection, type SshServer } from './ssh-connection.ts';
import type { SshConfig } from './ssh.config.ts';
import { StartupLimit } from './startup-limit.ts';

/** @param parts in place of the persona of the seed, for tests */
export function createSshServer(ctx: DecoyContext, config: SshConfig, parts?: PersonaParts): Decoy {
  const { persona, machines, logins: memory } = personaHost(ctx, config, parts);
  const logins = new Set(persona.users.filter((user) => user.login).map((user) => user.name));
  const software = config.software ?? persona.ssh.software;
  const server: SshServer = {
    ctx,
    config,
    hostKeys: deriveHostKeys(ctx.seed),
    policy: new LoginPolicy({ config: config.credentials, memory, isUser: (name) => logins.has(name) }),
    machines,
    hostname: persona.hostname,
    profile: persona.profile,
    software,
    offer: offerOf(software),
    timingSecret: createHmac('sha256', ctx.seed).update('ssh timing').digest('hex'),
  };
  // While files can still be read: a confined process may not open any later.
  loadModuli();
  const startups = new StartupLimit(config.maxStartups);
  const limit = connectionLimit(ctx);
  const open = new Set<SshConnection>();
  let closing = false;

  return {
    get connections() {
      return open.size;
    },

    accept(incoming: DecoyConnection): void {
      try {
        const actor = actorOf(incoming.source.ip);
        let connection: SshConnection | undefined;
        const place = { makeRoom: () => connection?.stop('made room for another') };
        const admission = closing ? undefined : limit.enter(actor, place);
        if (admission === undefined || !startups.enter(actor)) {
          admission?.leave();
          refuse(incoming, closing);
          return;
        }
        let starting = true;
        const started = (): void => {
          if (starting) startups.leave(actor);
          starting = false;
        };
        const opened: SshConnection = new SshConnection(server, incoming, actor, {
          onLogin: () => {
            started();
            admission.rank(RANKS.inside);
          },
          onEnd: () => {
            started();
            admission.leave();
            open.delete(opened);
          },
        });
        connection = opened;
        open.add(opened);
        opened.start();
      } catch (error) {
        ctx.log.error('SSH connection could not start', { error: describeError(error) });
        incoming.stream.destroy();
      }
    },

    close(): Promise<void> {
      closing = true;
      for (const connection of open) connection.stop('the decoy stops');
      server.machines.close();
      return Promise.resolve();
    },
  };
}

/** In sshd's words, whichever limit it is: one that has no name there would give us away. */
function refuse({ stream }: DecoyConnection, silently: boolean): void {
  stream.on('error', () => {});
  if (silently) stream.destroy();
  else stream.end('Exceeded MaxStartups\r\n', () => stream.destroy());
}
