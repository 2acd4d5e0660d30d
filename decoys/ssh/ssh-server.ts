/** The SSH decoy without its choice of machine: admission, the connections, and their common end. */
import { createHmac } from 'node:crypto';
import type { Actor } from '@netsentinel/contracts/actor';
import type { Decoy, DecoyConnection, DecoyContext } from '@netsentinel/contracts/decoy';
import { actorOf } from '@netsentinel/kernel/address';
import { describeError } from '@netsentinel/kernel/errors';
import type { Persona } from '../persona/persona.types.ts';
import type { OpenMachine } from '../shell/shell.types.ts';
import { CredentialPolicy } from './credential-policy.ts';
import { deriveHostKeys } from './host-keys.ts';
import { loadModuli } from './kex/moduli.ts';
import { MachinePool } from './machine-pool.ts';
import { SshConnection, type SshServer } from './ssh-connection.ts';
import type { SshConfig } from './ssh.config.ts';
import { StartupLimit } from './startup-limit.ts';

export interface SshParts {
  readonly openMachine: OpenMachine;
  readonly persona: Persona;
}

export function createSshServer(ctx: DecoyContext, config: SshConfig, parts: SshParts): Decoy {
  const { persona } = parts;
  const logins = new Set(persona.users.filter((user) => user.login).map((user) => user.name));
  const server: SshServer = {
    ctx,
    config,
    hostKeys: deriveHostKeys(ctx.seed),
    policy: new CredentialPolicy({
      config: config.credentials,
      seed: ctx.seed,
      memory: ctx.memory,
      isUser: (name) => logins.has(name),
    }),
    machines: new MachinePool({
      persona,
      openMachine: parts.openMachine,
      clock: ctx.clock,
      memory: ctx.memory,
      maxIdle: config.maxMachines,
    }),
    hostname: persona.hostname,
    timingSecret: createHmac('sha256', ctx.seed).update('ssh timing').digest('hex'),
  };
  // While files can still be read: a confined process may not open any later.
  loadModuli();
  const startups = new StartupLimit(config.maxStartups);
  const perActor = new Map<Actor, number>();
  const open = new Set<SshConnection>();
  let closing = false;

  const admit = (actor: Actor): boolean => {
    const own = perActor.get(actor) ?? 0;
    if (closing || open.size >= ctx.limits.maxConnections || own >= ctx.limits.maxConnectionsPerSource) return false;
    if (!startups.enter(actor)) return false;
    perActor.set(actor, own + 1);
    return true;
  };

  return {
    get connections() {
      return open.size;
    },

    accept(incoming: DecoyConnection): void {
      try {
        const actor = actorOf(incoming.source.ip);
        if (!admit(actor)) {
          refuse(incoming, closing);
          return;
        }
        let starting = true;
        const started = (): void => {
          if (starting) startups.leave(actor);
          starting = false;
        };
        const connection: SshConnection = new SshConnection(server, incoming, actor, {
          onLogin: started,
          onEnd: () => {
            started();
            open.delete(connection);
            const left = (perActor.get(actor) ?? 1) - 1;
            if (left > 0) perActor.set(actor, left);
            else perActor.delete(actor);
          },
        });
        open.add(connection);
        connection.start();
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
