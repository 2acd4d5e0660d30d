/** What the platform learns of an SSH connection beside what every decoy tells: keys, algorithms, channels. */
import { MAX_TEXT } from '@netsentinel/contracts/event-values';
import { cut, keyword } from '../service/event-fields.ts';
import { ServiceTelemetry } from '../service/service-telemetry.ts';
import type { TelemetryOptions } from '../service/telemetry.types.ts';
import type { Agreement, Proposal } from './negotiation.ts';
import { hassh } from './negotiation.ts';
import type { ProgramStart } from './session-channel.ts';
import type { AuthAttempt } from './userauth.ts';

export class SshTelemetry extends ServiceTelemetry {
  #clientVersion: string | undefined;

  constructor(options: Omit<TelemetryOptions, 'type'>) {
    super({ ...options, type: 'ssh' });
  }

  identified(version: string): void {
    this.#clientVersion = keyword(version);
  }

  /** After the first key exchange, or when it failed: `agreement` is undefined then. */
  agreed(proposal: Proposal | undefined, agreement: Agreement | undefined): void {
    const print = proposal === undefined ? undefined : hassh(proposal);
    this.send(
      'client',
      {
        category: ['network'],
        type: ['protocol', 'info'],
        outcome: agreement === undefined ? 'failure' : 'success',
      },
      {
        netsentinel: {
          ssh: {
            ...(this.#clientVersion === undefined ? {} : { client_version: this.#clientVersion }),
            ...(print === undefined ? {} : { hassh: print.hash, hassh_algorithms: cut(print.algorithms, MAX_TEXT) }),
            ...(agreement === undefined
              ? {}
              : {
                  kex_algorithm: agreement.kex,
                  host_key_algorithm: agreement.hostKey,
                  cipher: agreement.cipherIn,
                  mac: agreement.macIn,
                }),
          },
        },
      },
    );
  }

  attempted(attempt: AuthAttempt, accepted: boolean): void {
    const { user, method, password, publicKey: key } = attempt;
    this.login({
      user,
      method,
      accepted,
      ...(password === undefined ? {} : { password }),
      ...(key === undefined
        ? {}
        : {
            extra: {
              netsentinel: {
                credential: { public_key: { type: keyword(key.type), fingerprint: keyword(key.fingerprint) } },
              },
            },
          }),
    });
  }

  started(start: ProgramStart): void {
    const { kind, terminal, environment, command } = start;
    this.session(kind, {
      environment,
      recorded: isRecorded(start),
      ...(terminal === undefined ? {} : { terminal }),
      ...(kind === 'subsystem' && command !== undefined
        ? { extra: { netsentinel: { ssh: { subsystem: keyword(command) } } } }
        : {}),
    });
  }
}

/** Shells and commands are; file transfers (a subsystem, or scp's own server) show nothing. */
function isRecorded(start: ProgramStart): boolean {
  return start.kind !== 'subsystem' && !/^\s*(?:\S*\/)?scp\s/.test(start.command ?? '');
}
