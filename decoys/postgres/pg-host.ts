/** What all connections of one configured cluster share. */
import type { DecoyContext } from '@netsentinel/contracts/decoy';
import type { Persona } from '../persona/persona.types.ts';
import { SeededRandom } from '../persona/seeded-random.ts';
import type { TlsIdentity } from '../service/tls-upgrade.ts';
import { tlsIdentity } from '../tls/tls-identity.ts';
import type { PostgresConfig } from './postgres.config.ts';
import { PgServer } from './pg-server.ts';
import { saltPassword } from './scram.ts';

const MAX_SALTED = 5000;

export class PgHost {
  readonly server: PgServer;
  readonly config: PostgresConfig;
  readonly tls: TlsIdentity | undefined;
  readonly #persona: Persona;
  readonly #salted = new Map<string, Buffer>();
  /** Sessions by their process number: what a cancel request names. */
  readonly backends = new Map<number, { readonly secret: number; cancel(): void }>();
  #nextPid: number;

  constructor(persona: Persona, config: PostgresConfig, ctx: Pick<DecoyContext, 'memory' | 'clock' | 'decoy'>) {
    this.config = config;
    this.#persona = persona;
    this.server = new PgServer(persona, config, ctx);
    this.#nextPid = 1200 + new SeededRandom(persona.derive('postgres pids', 16), 'pids').between(0, 30_000);
    if (config.tls) this.tls = tlsIdentity(persona, { commonName: persona.hostname });
  }

  pid(): number {
    this.#nextPid += 1 + (this.#nextPid % 7);
    if (this.#nextPid > 4_000_000) this.#nextPid = 1200;
    return this.#nextPid;
  }

  /** A role's salt is in its stored secret, and so the same each time; names without a role have one that never changes either. */
  salt(user: string): Buffer {
    return Buffer.from(this.#persona.derive(`postgres scram ${user.slice(0, 64)}`, 16));
  }

  salted(user: string, password: string): Buffer {
    const key = `${user}\0${password}`;
    const known = this.#salted.get(key);
    if (known !== undefined) return known;
    const made = saltPassword(password, this.salt(user));
    this.#salted.set(key, made);
    if (this.#salted.size > MAX_SALTED) this.#salted.delete(this.#salted.keys().next().value!);
    return made;
  }
}
