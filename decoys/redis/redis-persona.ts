/** What a persona's redis is, whoever asks: identities, the process, counters that have grown since it started, the clients of its own. */
import type { Persona } from '../persona/persona.types.ts';
import { SeededRandom } from '../persona/seeded-random.ts';

export interface RedisPersona {
  readonly version: string;
  readonly gccVersion: string;
  readonly allocator: string;
  readonly buildId: string;
  readonly executable: string;
  readonly configFile: string;
  readonly port: number;
  readonly pid: number;
  readonly totalMemory: number;
  /** Memory before any key is there. */
  readonly startupMemory: number;
  /** Commands and connections a second that its own clients make. */
  readonly opsPerSecond: number;
  readonly connectionsPerHour: number;
  /** Connections of the applications of this machine, open since long. */
  readonly applications: readonly {
    readonly id: number;
    readonly port: number;
    readonly name: string;
    readonly command: string;
    readonly db: number;
  }[];
  /** 40 hex digits for a start of the server: another one after each. */
  runId(purpose: string, start: number): string;
  /** Epoch ms of the start that systemd made when the machine booted. */
  startedAt(now: number): number;
  readonly persona: Persona;
}

export function redisPersona(persona: Persona, port: number): RedisPersona {
  const random = new SeededRandom(persona.derive('redis', 32), 'redis');
  const applications = Array.from({ length: random.between(1, 3) }, (_, i) => ({
    id: 5 + i * 3 + random.between(0, 2),
    port: random.between(32_800, 60_900),
    name: '',
    command: random.pick(['get', 'setex', 'hgetall', 'expire', 'brpop', 'incr']),
    db: 0,
  }));
  const startupMemory = random.between(862_000, 899_000) & ~7;
  const afterBootMs = random.between(3000, 9000);
  const pid = random.between(380, 990);
  return {
    version: '7.0.15',
    gccVersion: '12.2.0',
    allocator: 'jemalloc-5.3.0',
    // Of Debian's build: the same wherever this package is.
    buildId: 'ae4d7c971a948f0',
    executable: '/usr/bin/redis-server',
    configFile: '/etc/redis/redis.conf',
    port,
    pid,
    totalMemory: persona.hardware.memoryKb * 1024,
    startupMemory,
    opsPerSecond: random.between(1, 40) / 10,
    connectionsPerHour: random.between(2, 30),
    applications,
    runId: (purpose, start) => Buffer.from(persona.derive(`redis ${purpose} ${start}`, 20)).toString('hex'),
    startedAt: (now) => persona.bootedAt(now) + afterBootMs,
    persona,
  };
}
