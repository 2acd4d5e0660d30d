/**
 * One attacker's redis: keys, settings, users, scripts and clients, shared by all their connections. Costs little until something is asked of it; what
 * one attacker does here no other sees.
 */
import { randomInt } from 'node:crypto';
import type { Clock } from '@netsentinel/contracts/clock';
import { AclLog } from './acl-log.ts';
import { AclUsers } from './acl.ts';
import type { CommandTable } from './command-table.ts';
import { globTest } from './glob.ts';
import { LuaRandom } from './lua/lua-random.ts';
import { monitorLine } from './monitor-line.ts';
import type { RedisClient } from './redis-client.ts';
import type { RedisConfig } from './redis.config.ts';
import type { RedisPersona } from './redis-persona.ts';
import { PushReply } from './resp/reply.ts';
import type { SeededKey } from './seed-keys.ts';
import { Keyspace } from './store/keyspace.ts';
import { copyOf } from './store/values.ts';
import { OwnSettings } from './own-settings.ts';

const MAX_SCRIPTS = 500;
const MAX_SLOWLOG = 128;
const RESTART_MS = 150;

export interface RedisParts {
  readonly persona: RedisPersona;
  readonly table: CommandTable;
  readonly settings: ReadonlyMap<string, string>;
  readonly config: RedisConfig;
  readonly clock: Clock;
  readonly seeded: readonly SeededKey[];
}

export interface FunctionLibrary {
  readonly code: string;
  readonly functions: ReadonlyMap<string, { readonly description: string; readonly flags: readonly string[] }>;
}

export interface Replication {
  readonly host: string;
  readonly port: number;
  readonly since: number;
}

export class RedisServer {
  readonly parts: RedisParts;
  readonly settings: Map<string, string>;
  readonly users: AclUsers;
  readonly clients = new Set<RedisClient>();
  readonly scripts = new Map<string, string>();
  /** Of FUNCTION LOAD, by name. */
  readonly libraries = new Map<string, FunctionLibrary>();
  readonly aclLog = new AclLog();
  readonly slowlog: {
    readonly id: number;
    readonly at: number;
    readonly micros: number;
    readonly args: readonly string[];
    readonly client: string;
    readonly name: string;
  }[] = [];
  readonly stats = {
    commands: 0,
    connections: 0,
    errors: 0,
    bytesIn: 0,
    bytesOut: 0,
    calls: new Map<string, number>(),
    errorKinds: new Map<string, number>(),
  };
  /** Of `math.random` in scripts. */
  readonly scriptRandom = new LuaRandom();
  keyspace: Keyspace;
  replication: Replication | undefined;
  lastSave: number;
  saves = 0;
  startedAt: number;
  /** Set by SHUTDOWN: until systemd has it up again. */
  downUntil = 0;
  #restarts = 0;
  #scriptBytes = 0;
  #nextId: number;

  constructor(parts: RedisParts) {
    this.parts = parts;
    this.startedAt = parts.persona.startedAt(parts.clock.now());
    this.settings = new OwnSettings(parts.settings);
    this.users = new AclUsers(parts.table, parts.config.password);
    this.keyspace = this.#freshKeyspace();
    const hours = (parts.clock.now() - this.startedAt) / 3_600_000;
    this.#nextId = 12 + Math.floor(hours * parts.persona.connectionsPerHour);
    const saveEvery = 3_600_000;
    this.lastSave = parts.clock.now() - ((parts.clock.now() - this.startedAt) % saveEvery);
  }

  get clock(): Clock {
    return this.parts.clock;
  }

  get runId(): string {
    return this.parts.persona.runId('run', this.startedAt);
  }

  get pid(): number {
    return this.parts.persona.pid + this.#restarts * 711;
  }

  nextClientId(): number {
    return this.#nextId++;
  }

  /** SHUTDOWN: systemd starts it again; what was not saved is as it was. */
  restart(): void {
    const now = this.clock.now();
    this.downUntil = now + RESTART_MS;
    this.startedAt = now + RESTART_MS;
    this.#restarts++;
    this.#nextId = 5;
    this.replication = undefined;
    this.forgetScripts();
    this.libraries.clear();
    this.aclLog.clear();
    this.slowlog.length = 0;
    this.settings.clear();
    Object.assign(this.stats, {
      commands: 0,
      connections: 0,
      errors: 0,
      bytesIn: 0,
      bytesOut: 0,
      calls: new Map(),
      errorKinds: new Map(),
    });
    for (const client of this.clients) client.drop('shutdown');
  }

  random(below: number): number {
    return randomInt(Math.max(1, below));
  }

  /** `count` of them without repetition, or with it where negative: as SRANDMEMBER means it. */
  sample<T>(items: readonly T[], count: number): T[] {
    if (items.length === 0) return [];
    if (count < 0) return Array.from({ length: Math.min(-count, 10_000) }, () => items[this.random(items.length)]!);
    const rest = [...items];
    const wanted = Math.min(count, rest.length);
    for (let i = 0; i < wanted; i++) {
      const j = i + this.random(rest.length - i);
      [rest[i], rest[j]] = [rest[j]!, rest[i]!];
    }
    return rest.slice(0, wanted);
  }

  keepScript(sha: string, body: string): void {
    if (this.scripts.has(sha)) return;
    this.scripts.set(sha, body);
    this.#scriptBytes += body.length;
    while (this.scripts.size > MAX_SCRIPTS || this.#scriptBytes > this.parts.config.maxStoreBytes) {
      const [oldest, text] = this.scripts.entries().next().value!;
      this.scripts.delete(oldest);
      this.#scriptBytes -= text.length;
    }
  }

  /** Keys, values and scripts. */
  get heldBytes(): number {
    return this.keyspace.bytes + this.#scriptBytes;
  }

  forgetScripts(): void {
    this.scripts.clear();
    this.#scriptBytes = 0;
  }

  slow(client: RedisClient, args: readonly string[], micros: number): void {
    const limit = Number(this.settings.get('slowlog-log-slower-than'));
    if (limit < 0 || micros < limit) return;
    const shown = args
      .slice(0, 31)
      .map((arg) => (arg.length > 128 ? `${arg.slice(0, 128)}... (${arg.length - 128} more bytes)` : arg));
    if (args.length > 32) shown.push(`... (${args.length - 31} more arguments)`);
    else if (args.length === 32) shown.push(args[31]!);
    const id = (this.slowlog[0]?.id ?? -1) + 1;
    this.slowlog.unshift({
      id,
      at: Math.floor(this.clock.now() / 1000),
      micros,
      args: shown,
      client: client.address,
      name: client.name,
    });
    this.slowlog.length = Math.min(
      this.slowlog.length,
      MAX_SLOWLOG,
      Math.max(0, Number(this.settings.get('slowlog-max-len'))),
    );
  }

  /** To subscribers among this attacker's connections; answers how many. */
  publish(channel: string, message: string): number {
    let receivers = 0;
    for (const client of this.clients) {
      if (client.channels.has(channel)) {
        client.push(new PushReply(['message', channel, message]));
        receivers++;
      }
      for (const pattern of client.patterns) {
        if (!globTest(pattern)(channel)) continue;
        client.push(new PushReply(['pmessage', pattern, channel, message]));
        receivers++;
      }
    }
    return receivers;
  }

  /** After something changed: who waits for it looks again. */
  wake(): void {
    for (const client of this.clients) client.retry();
  }

  /** To MONITOR. */
  watch(from: RedisClient, args: readonly string[]): void {
    for (const client of this.clients)
      if (client.monitors) client.push(monitorLine(this.clock.now(), from.db, from.address, args));
  }

  #freshKeyspace(): Keyspace {
    const { clock, config, seeded } = this.parts;
    const now = clock.now();
    const keyspace = new Keyspace({ databases: 16, maxBytes: config.maxStoreBytes, now: () => clock.now() });
    keyspace.fill(
      seeded.map(({ key, value, ttl }) => [
        key,
        { value: copyOf(value), expireAt: ttl === undefined ? undefined : now + ttl * 1000, usedAt: now },
      ]),
    );
    return keyspace;
  }
}
