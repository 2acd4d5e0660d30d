/** Which settings CONFIG SET takes, with which values, in redis' words where it does not. */
import { CommandFailure } from './command-failure.ts';
import { readInteger } from './store/values.ts';

const IMMUTABLE = new Set(
  (
    'rdbchecksum daemonize io-threads-do-reads always-show-logo cluster-enabled appendfilename appenddirname pidfile replicaof slaveof syslog-ident ' +
    'syslog-enabled syslog-facility unixsocket unixsocketperm logfile aclfile server_cpulist bio_cpulist aof_rewrite_cpulist bgsave_cpulist ' +
    'supervised databases io-threads tcp-backlog cluster-config-file cluster-port disable-thp set-proc-title enable-protected-configs ' +
    'enable-debug-command enable-module-command ignore-warnings'
  ).split(' '),
);
const PROTECTED = new Set(['dir', 'dbfilename']);
const ENUMS: Readonly<Record<string, string>> = {
  loglevel: 'debug verbose notice warning',
  'maxmemory-policy':
    'volatile-lru volatile-lfu volatile-random volatile-ttl allkeys-lru allkeys-lfu allkeys-random noeviction',
  appendfsync: 'everysec always no',
  'repl-diskless-load': 'disabled on-empty-db swapdb',
  'acl-pubsub-default': 'allchannels resetchannels',
  'sanitize-dump-payload': 'no yes clients',
  'oom-score-adj': 'no yes relative absolute',
  'cluster-preferred-endpoint-type': 'ip hostname unknown-endpoint',
  'propagation-error-behavior': 'ignore panic panic-on-replicas',
};
const MEMORY = new Set(
  (
    'maxmemory client-query-buffer-limit proto-max-bulk-len repl-backlog-size auto-aof-rewrite-min-size active-defrag-ignore-bytes hll-sparse-max-bytes ' +
    'stream-node-max-bytes cluster-link-sendbuf-limit hash-max-listpack-value hash-max-ziplist-value zset-max-listpack-value zset-max-ziplist-value'
  ).split(' '),
);
const TWINS: readonly (readonly [string, string])[] = [
  ['replica-', 'slave-'],
  ['listpack', 'ziplist'],
  ['min-replicas', 'min-slaves'],
  ['repl-ping-replica', 'repl-ping-slave'],
  ['cluster-replica', 'cluster-slave'],
];
const MAX_TEXT = 4096;

/** The value as CONFIG GET shows it afterwards. */
export function checkSetting(name: string, given: string, known: string, allowProtected: boolean): string {
  const failed = (why: string): CommandFailure =>
    new CommandFailure(`ERR CONFIG SET failed (possibly related to argument '${name}') - ${why}`);
  if (IMMUTABLE.has(name)) throw failed("can't set immutable config");
  if (PROTECTED.has(name) && !allowProtected) throw failed("can't set protected config");
  if (given.length > MAX_TEXT) throw failed('argument(s) must be shorter');
  const choices = ENUMS[name];
  if (choices !== undefined) {
    const words = choices.split(' ');
    if (!words.includes(given.toLowerCase()))
      throw failed(`argument(s) must be one of the following: ${words.join(', ')}`);
    return given.toLowerCase();
  }
  if (known === 'yes' || known === 'no') {
    if (!/^(?:yes|no)$/i.test(given)) throw failed("argument must be 'yes' or 'no'");
    return given.toLowerCase();
  }
  if (name === 'dbfilename' && given.includes('/')) throw failed("dbfilename can't be a path, just a filename");
  if (MEMORY.has(name)) {
    const bytes = memory(given);
    if (bytes === undefined) throw failed('argument must be a memory value');
    return String(bytes);
  }
  if (name === 'save') return saveRules(given, failed);
  if (/^-?\d+$/.test(known) && name !== 'requirepass') {
    const value = readInteger(given);
    if (value === undefined) throw failed("argument couldn't be parsed into an integer");
    const [from, to] = limitsOf(name);
    if (value < from || value > to) throw failed(`argument must be between ${from} and ${to} inclusive`);
    return String(value);
  }
  return given;
}

function limitsOf(name: string): readonly [bigint, bigint] {
  if (name === 'hz' || name.endsWith('-port') || name === 'port') return [0n, name === 'hz' ? 2_147_483_647n : 65_535n];
  if (name === 'maxclients') return [1n, 4_294_967_295n];
  if (name === 'list-max-ziplist-size' || name === 'list-max-listpack-size') return [-2_147_483_648n, 2_147_483_647n];
  if (name === 'slowlog-log-slower-than') return [-1n, 9_223_372_036_854_775_807n];
  return [0n, name.startsWith('slowlog') || name.includes('latency') ? 9_223_372_036_854_775_807n : 2_147_483_647n];
}

function memory(text: string): bigint | undefined {
  const [, digits, unit = ''] = /^(\d{1,18})(b|k|kb|m|mb|g|gb)?$/i.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const factors: Readonly<Record<string, bigint>> = {
    '': 1n,
    b: 1n,
    k: 1000n,
    kb: 1024n,
    m: 1_000_000n,
    mb: 1_048_576n,
    g: 1_000_000_000n,
    gb: 1_073_741_824n,
  };
  return BigInt(digits) * factors[unit.toLowerCase()]!;
}

function saveRules(given: string, failed: (why: string) => CommandFailure): string {
  const words = given.split(' ').filter((word) => word !== '');
  if (words.length % 2 !== 0 || words.some((word) => !/^\d+$/.test(word))) throw failed('Invalid save parameters');
  return words.join(' ');
}

/** The other name of the same setting. */
export function twinOf(name: string, all: ReadonlyMap<string, string>): string | undefined {
  for (const [modern, old] of TWINS) {
    const twin = name.includes(modern) ? name.replace(modern, old) : name.replace(old, modern);
    if (twin !== name && all.has(twin)) return twin;
  }
  return undefined;
}
