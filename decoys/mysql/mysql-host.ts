/** What all connections of one configured server share. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Actor } from '@netsentinel/contracts/actor';
import type { DecoyContext } from '@netsentinel/contracts/decoy';
import { generateRsaKey } from '../crypto/rsa-key.ts';
import type { TlsIdentity } from '../service/tls-upgrade.ts';
import { tlsIdentity } from '../tls/tls-identity.ts';
import { MysqlServer } from './mysql-server.ts';
import type { MysqlConfig } from './mysql.config.ts';
import type { Persona } from '../persona/persona.types.ts';

/** mysqld's `max_connect_errors`. */
const MAX_ERRORS = 100;
const MAX_ACTORS = 20_000;

/** Counts connections that ended before they said who they were, as the server's host cache does. */
class HostErrors {
  readonly #counts = new Map<Actor, number>();

  blocked(actor: Actor): boolean {
    return (this.#counts.get(actor) ?? 0) >= MAX_ERRORS;
  }

  failed(actor: Actor): void {
    const count = (this.#counts.get(actor) ?? 0) + 1;
    this.#counts.delete(actor);
    this.#counts.set(actor, count);
    if (this.#counts.size > MAX_ACTORS) this.#counts.delete(this.#counts.keys().next().value!);
  }

  /** A login that was answered, whatever the answer, counts from the beginning again. */
  cleared(actor: Actor): void {
    this.#counts.delete(actor);
  }
}

export class MysqlHost {
  readonly server: MysqlServer;
  readonly config: MysqlConfig;
  readonly errors = new HostErrors();
  readonly tls: (() => TlsIdentity) | undefined;
  readonly #persona: Persona;
  #key: KeyObject | undefined;
  /** caching_sha2's cache: what let whom in. */
  readonly #cache = new Map<string, string>();

  constructor(persona: Persona, config: MysqlConfig, ctx: Pick<DecoyContext, 'memory' | 'clock' | 'decoy'>) {
    this.config = config;
    this.#persona = persona;
    this.server = new MysqlServer(persona, config, ctx);
    if (config.tls ?? !this.server.isMaria) {
      // mysqld makes its own certificate when it first starts.
      const identity = tlsIdentity(persona, {
        commonName: `MySQL_Server_${this.server.version.split('-')[0]}_Auto_Generated_Server_Certificate`,
        style: 'openssl',
        purpose: 'mysql',
      });
      this.tls = () => identity;
    }
    if (!this.server.isMaria) this.key();
  }

  /** Of caching_sha2's full authentication without TLS. */
  key(): KeyObject {
    this.#key ??= generateRsaKey(this.#persona.derive('mysql rsa', 32), 2048);
    return this.#key;
  }

  publicKey(): string {
    return createPublicKey(this.key()).export({ type: 'spki', format: 'pem' }).toString();
  }

  remembered(actor: Actor, user: string, matches: (password: string) => boolean): boolean {
    const known = this.#cache.get(`${actor} ${user}`);
    return known !== undefined && matches(known);
  }

  remember(actor: Actor, user: string, password: string): void {
    this.#cache.set(`${actor} ${user}`, password);
    if (this.#cache.size > MAX_ACTORS) this.#cache.delete(this.#cache.keys().next().value!);
  }
}
