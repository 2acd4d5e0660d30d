/**
 * A decoy out of a protocol: everything but the protocol itself. Admission and limits, the machine and the logins that all decoys of a persona share,
 * what is told of a connection, and the common end; whatever one connection does wrong ends that one alone.
 */
import type {
  Decoy,
  DecoyConnection,
  DecoyContext,
  DecoyDefinition,
  DecoyDescription,
} from '@netsentinel/contracts/decoy';
import type { Logger } from '@netsentinel/contracts/log';
import type { SensorEvent } from '@netsentinel/contracts/event';
import { actorOf } from '@netsentinel/kernel/address';
import { describeError } from '@netsentinel/kernel/errors';
import type { ZodType } from 'zod';
import type { Persona } from '../persona/persona.types.ts';
import { plantedPassword } from '../honeytoken/draw-honeytokens.ts';
import { LoginPolicy } from './login-policy.ts';
import { connectionLimit, personaHost, type PersonaParts } from './persona-host.ts';
import { SESSION_LIMITS, Session, type SessionLimits } from './service-session.ts';
import { ServiceTelemetry } from './service-telemetry.ts';
import type { ServiceConfig } from './service.config.ts';
import type { ServiceProtocol, ServiceSession } from './service.types.ts';

/** What a service is opened with: once for each configured decoy. */
export interface ServiceHost {
  readonly persona: Persona;
  readonly log: Logger;
  readonly ctx: DecoyContext;
  readonly logins: LoginPolicy;
}

export interface ServiceDefinition<Config extends ServiceConfig> {
  /** Kebab-case protocol name, the folder's name, and how its events begin: `telnet`. */
  readonly id: string;
  readonly summary: string;
  readonly stability: DecoyDefinition<Config>['stability'];
  readonly standardPort: number;
  readonly config: ZodType<Config>;
  readonly limits?: Partial<SessionLimits>;
  /**
   * Whose accounts these are, where they are not the operating system's; `isUser` tells who can log in. A protocol with both asks
   * `logins.realm(…)` itself.
   */
  readonly accounts?: {
    readonly realm: string;
    isUser(name: string, persona: Persona, config: Config): boolean;
  };
  /** What `nmap -sV` finds there, in nmap's words. */
  readonly describe?: (persona: Persona, config: Config) => DecoyDescription;
  /** What the real server says to whom it has no room for; without it the connection is closed silently. */
  refusal?(persona: Persona, config: Config): Uint8Array | string;
  /** Called once for each configured decoy, while files can still be read; what it answers, once for each connection. */
  open(host: ServiceHost, config: Config): (session: ServiceSession) => ServiceProtocol;
}

export function defineService<Config extends ServiceConfig>(
  definition: ServiceDefinition<Config>,
): DecoyDefinition<Config, Persona> {
  const { id, summary, stability, standardPort, config } = definition;
  return {
    id,
    summary,
    stability,
    transport: 'tcp',
    standardPort,
    config,
    ...(definition.describe === undefined ? {} : { describe: definition.describe }),
    create: (ctx, options) => createService(definition, ctx, options),
  };
}

/** @param parts in place of the persona of the seed, for tests */
export function createService<Config extends ServiceConfig>(
  definition: ServiceDefinition<Config>,
  ctx: DecoyContext,
  config: Config,
  parts?: PersonaParts,
): Decoy {
  const { persona, machines, logins: memory } = personaHost(ctx, config, parts);
  const names = new Set(persona.users.filter((user) => user.login).map((user) => user.name));
  const logins = new LoginPolicy({
    config: config.credentials,
    memory,
    isUser: (name) => definition.accounts?.isUser(name, persona, config) ?? names.has(name),
    planted: (realm, user) => plantedPassword(persona, realm, user),
    ...(definition.accounts === undefined ? {} : { realm: definition.accounts.realm }),
  });
  const shared = { ctx, persona, logins, machines, bounds: { ...SESSION_LIMITS, ...definition.limits } };
  const open = definition.open({ persona, log: ctx.log, ctx, logins }, config);
  const limit = connectionLimit(ctx);
  const sessions = new Set<Session>();
  let closing = false;

  const telemetry = (connection: DecoyConnection, emit: (event: SensorEvent) => void): ServiceTelemetry =>
    new ServiceTelemetry({
      sessionId: ctx.newSessionId(),
      decoy: ctx.decoy,
      type: definition.id,
      persona: persona.profile,
      clock: ctx.clock,
      endpoints: connection,
      emit,
    });

  return {
    get connections() {
      return sessions.size;
    },

    accept(connection: DecoyConnection): void {
      const { stream } = connection;
      try {
        const actor = actorOf(connection.source.ip);
        let session: Session | undefined;
        const admission = closing
          ? undefined
          : limit.enter(actor, { makeRoom: () => session?.reset('made room for another') });
        if (admission === undefined) {
          const words = closing ? undefined : definition.refusal?.(persona, config);
          stream.on('error', () => {});
          if (words === undefined) stream.destroy();
          else stream.end(words, () => stream.destroy());
          return;
        }
        const opened: Session = new Session(
          shared,
          connection,
          actor,
          telemetry(connection, (event) => {
            if (!ctx.emit(event)) opened.holdForQueue();
          }),
          { admission, onEnd: () => sessions.delete(opened) },
        );
        session = opened;
        sessions.add(opened);
        opened.start(open);
      } catch (error) {
        ctx.log.error('A connection could not start', { error: describeError(error) });
        stream.destroy();
      }
    },

    close(): Promise<void> {
      closing = true;
      for (const session of sessions) session.reset('the decoy stops');
      machines.close();
      return Promise.resolve();
    },
  };
}
