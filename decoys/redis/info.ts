/** INFO: every section of 7.0.15 for this persona, with counters that have grown since the server started. */
import type { RedisServer } from './redis-server.ts';

type Fields = readonly (readonly [string, string | number])[];
type Section = (server: RedisServer, now: number) => Fields;

const TITLES: Readonly<Record<string, string>> = { cpu: 'CPU' };
/** In the order in which INFO prints them. */
const SECTIONS: Readonly<Record<string, Section>> = {
  server: serverSection,
  clients: clientsSection,
  memory: memorySection,
  persistence: persistenceSection,
  stats: statsSection,
  replication: replicationSection,
  cpu: cpuSection,
  modules: () => [],
  commandstats: commandStats,
  errorstats: (server) => [...server.stats.errorKinds].map(([kind, count]) => [`errorstat_${kind}`, `count=${count}`]),
  latencystats: latencyStats,
  cluster: () => [['cluster_enabled', 0]],
  keyspace: keyspaceSection,
};
const NOT_BY_DEFAULT = new Set(['commandstats', 'latencystats']);

export function info(server: RedisServer, asked: readonly string[]): string {
  const wanted = new Set<string>();
  for (const name of asked.length === 0 ? ['default'] : asked.map((word) => word.toLowerCase())) {
    if (name === 'default' || name === 'all' || name === 'everything') {
      for (const section of Object.keys(SECTIONS))
        if (name === 'everything' || (name === 'all' ? section !== 'modules' : !NOT_BY_DEFAULT.has(section)))
          wanted.add(section);
    } else wanted.add(name);
  }
  const now = server.clock.now();
  const parts: string[] = [];
  for (const [name, section] of Object.entries(SECTIONS)) {
    if (!wanted.has(name)) continue;
    const title = TITLES[name] ?? name[0]!.toUpperCase() + name.slice(1);
    parts.push(
      `# ${title}\r\n${section(server, now)
        .map(([field, value]) => `${field}:${value}\r\n`)
        .join('')}`,
    );
  }
  return parts.join('\r\n');
}

function uptime(server: RedisServer, now: number): number {
  return Math.max(0, Math.floor((now - server.startedAt) / 1000));
}

/** What the persona's own clients have asked since the start. */
function grown(server: RedisServer, now: number): { readonly commands: number; readonly connections: number } {
  const { opsPerSecond, connectionsPerHour, applications } = server.parts.persona;
  const seconds = uptime(server, now);
  return {
    commands: Math.floor(seconds * opsPerSecond),
    connections: applications.length + Math.floor((seconds / 3600) * connectionsPerHour),
  };
}

function serverSection(server: RedisServer, now: number): Fields {
  const { persona } = server.parts;
  const { os } = persona.persona;
  const seconds = uptime(server, now);
  return [
    ['redis_version', persona.version],
    ['redis_git_sha1', '00000000'],
    ['redis_git_dirty', 0],
    ['redis_build_id', persona.buildId],
    ['redis_mode', 'standalone'],
    ['os', `Linux ${os.kernelRelease} ${os.machine}`],
    ['arch_bits', 64],
    ['monotonic_clock', 'POSIX clock_gettime'],
    ['multiplexing_api', 'epoll'],
    ['atomicvar_api', 'c11-builtin'],
    ['gcc_version', persona.gccVersion],
    ['process_id', server.pid],
    ['process_supervised', 'systemd'],
    ['run_id', server.runId],
    ['tcp_port', persona.port],
    ['server_time_usec', `${Math.floor(now * 1000)}`],
    ['uptime_in_seconds', seconds],
    ['uptime_in_days', Math.floor(seconds / 86_400)],
    ['hz', 10],
    ['configured_hz', 10],
    ['lru_clock', Math.floor(now / 1000) % 0x1000000],
    ['executable', persona.executable],
    ['config_file', persona.configFile],
    ['io_threads_active', 0],
  ];
}

function clientsSection(server: RedisServer): Fields {
  const waiting = [...server.clients].filter((client) => client.waiting).length;
  return [
    ['connected_clients', server.clients.size + server.parts.persona.applications.length],
    ['cluster_connections', 0],
    ['maxclients', server.settings.get('maxclients')!],
    ['client_recent_max_input_buffer', 20_480],
    ['client_recent_max_output_buffer', 0],
    ['blocked_clients', waiting],
    ['tracking_clients', [...server.clients].filter((client) => client.tracking).length],
    ['clients_in_timeout_table', waiting],
  ];
}

export interface MemoryNumbers {
  readonly startup: number;
  readonly used: number;
  readonly peak: number;
  readonly rss: number;
  readonly overhead: number;
  readonly clients: number;
  readonly allocated: number;
  readonly active: number;
  readonly resident: number;
}

export function memoryNumbers(server: RedisServer): MemoryNumbers {
  const { startupMemory, applications } = server.parts.persona;
  server.keyspace.recount();
  const clients = (server.clients.size + applications.length) * 22_512 - 1800;
  const keys = server.keyspace.databases.reduce((sum, database) => sum + database.size, 0);
  const overhead = startupMemory + clients + keys * 56;
  const used = startupMemory + clients + server.keyspace.bytes + 134_040;
  const peak = used + 96_000 + (startupMemory % 70_000);
  const allocated = used + 1_001_760 + (startupMemory % 9000);
  const active = (allocated + 210_000) & ~4095;
  const resident = (active + 2_674_688) & ~4095;
  return {
    startup: startupMemory,
    used,
    peak,
    rss: (resident + 7_610_368) & ~4095,
    overhead,
    clients,
    allocated,
    active,
    resident,
  };
}

function memorySection(server: RedisServer): Fields {
  const { totalMemory, allocator } = server.parts.persona;
  const m = memoryNumbers(server);
  const scripts = [...server.scripts.values()].reduce((sum, body) => sum + body.length + 96, 0);
  const max = Number(server.settings.get('maxmemory'));
  const dataset = m.used - m.overhead;
  return [
    ['used_memory', m.used],
    ['used_memory_human', human(m.used)],
    ['used_memory_rss', m.rss],
    ['used_memory_rss_human', human(m.rss)],
    ['used_memory_peak', m.peak],
    ['used_memory_peak_human', human(m.peak)],
    ['used_memory_peak_perc', `${((m.used * 100) / m.peak).toFixed(2)}%`],
    ['used_memory_overhead', m.overhead],
    ['used_memory_startup', m.startup],
    ['used_memory_dataset', dataset],
    ['used_memory_dataset_perc', `${((dataset * 100) / (m.used - m.startup)).toFixed(2)}%`],
    ['allocator_allocated', m.allocated],
    ['allocator_active', m.active],
    ['allocator_resident', m.resident],
    ['total_system_memory', totalMemory],
    ['total_system_memory_human', human(totalMemory)],
    ['used_memory_lua', 31_744],
    ['used_memory_vm_eval', 31_744],
    ['used_memory_lua_human', human(31_744)],
    ['used_memory_scripts_eval', scripts],
    ['number_of_cached_scripts', server.scripts.size],
    ['number_of_functions', 0],
    ['number_of_libraries', 0],
    ['used_memory_vm_functions', 32_768],
    ['used_memory_vm_total', 64_512],
    ['used_memory_vm_total_human', human(64_512)],
    ['used_memory_functions', 184],
    ['used_memory_scripts', 184 + scripts],
    ['used_memory_scripts_human', human(184 + scripts)],
    ['maxmemory', max],
    ['maxmemory_human', human(max)],
    ['maxmemory_policy', server.settings.get('maxmemory-policy')!],
    ['allocator_frag_ratio', (m.active / m.allocated).toFixed(2)],
    ['allocator_frag_bytes', m.active - m.allocated],
    ['allocator_rss_ratio', (m.resident / m.active).toFixed(2)],
    ['allocator_rss_bytes', m.resident - m.active],
    ['rss_overhead_ratio', (m.rss / m.resident).toFixed(2)],
    ['rss_overhead_bytes', m.rss - m.resident],
    ['mem_fragmentation_ratio', (m.rss / m.used).toFixed(2)],
    ['mem_fragmentation_bytes', m.rss - m.used],
    ['mem_not_counted_for_evict', 0],
    ['mem_replication_backlog', 0],
    ['mem_total_replication_buffers', 0],
    ['mem_clients_slaves', 0],
    ['mem_clients_normal', m.clients],
    ['mem_cluster_links', 0],
    ['mem_aof_buffer', 0],
    ['mem_allocator', allocator],
    ['active_defrag_running', 0],
    ['lazyfree_pending_objects', 0],
    ['lazyfreed_objects', 0],
  ];
}

function persistenceSection(server: RedisServer, now: number): Fields {
  const saves = server.saves + Math.floor(uptime(server, now) / 3600);
  const aof = server.settings.get('appendonly') === 'yes' ? 1 : 0;
  return [
    ['loading', 0],
    ['async_loading', 0],
    ['current_cow_peak', 0],
    ['current_cow_size', 0],
    ['current_cow_size_age', 0],
    ['current_fork_perc', '0.00'],
    ['current_save_keys_processed', 0],
    ['current_save_keys_total', 0],
    ['rdb_changes_since_last_save', server.keyspace.dirty],
    ['rdb_bgsave_in_progress', 0],
    ['rdb_last_save_time', Math.floor(server.lastSave / 1000)],
    ['rdb_last_bgsave_status', 'ok'],
    ['rdb_last_bgsave_time_sec', saves === 0 ? -1 : 0],
    ['rdb_current_bgsave_time_sec', -1],
    ['rdb_saves', saves],
    ['rdb_last_cow_size', saves === 0 ? 0 : 376_832],
    ['rdb_last_load_keys_expired', 0],
    ['rdb_last_load_keys_loaded', server.parts.seeded.length],
    ['aof_enabled', aof],
    ['aof_rewrite_in_progress', 0],
    ['aof_rewrite_scheduled', 0],
    ['aof_last_rewrite_time_sec', -1],
    ['aof_current_rewrite_time_sec', -1],
    ['aof_last_bgrewrite_status', 'ok'],
    ['aof_rewrites', 0],
    ['aof_rewrites_consecutive_failures', 0],
    ['aof_last_write_status', 'ok'],
    ['aof_last_cow_size', 0],
    ['module_fork_in_progress', 0],
    ['module_fork_last_cow_size', 0],
  ];
}

function statsSection(server: RedisServer, now: number): Fields {
  const { stats, keyspace, parts } = server;
  const own = grown(server, now);
  const seconds = uptime(server, now);
  const saves = server.saves + Math.floor(seconds / 3600);
  const zero = (names: string): Fields => names.split(' ').map((name) => [name, 0]);
  return [
    ['total_connections_received', own.connections + stats.connections],
    ['total_commands_processed', own.commands + stats.commands],
    ['instantaneous_ops_per_sec', Math.round(parts.persona.opsPerSecond + (now % 3))],
    ['total_net_input_bytes', own.commands * 78 + stats.bytesIn],
    ['total_net_output_bytes', own.commands * 141 + stats.bytesOut],
    ...zero('total_net_repl_input_bytes total_net_repl_output_bytes'),
    ['instantaneous_input_kbps', (parts.persona.opsPerSecond * 0.076).toFixed(2)],
    ['instantaneous_output_kbps', (parts.persona.opsPerSecond * 0.138).toFixed(2)],
    ['instantaneous_input_repl_kbps', '0.00'],
    ['instantaneous_output_repl_kbps', '0.00'],
    ...zero('rejected_connections sync_full sync_partial_ok sync_partial_err'),
    ['expired_keys', keyspace.expired + Math.floor(own.commands / 19)],
    ['expired_stale_perc', '0.00'],
    ['expired_time_cap_reached_count', 0],
    ['expire_cycle_cpu_milliseconds', Math.floor(seconds / 41)],
    ...zero('evicted_keys evicted_clients total_eviction_exceeded_time current_eviction_exceeded_time'),
    ['keyspace_hits', Math.floor(own.commands * 0.61) + keyspace.hits],
    ['keyspace_misses', Math.floor(own.commands * 0.07) + keyspace.misses],
    ['pubsub_channels', new Set([...server.clients].flatMap((client) => [...client.channels])).size],
    ['pubsub_patterns', new Set([...server.clients].flatMap((client) => [...client.patterns])).size],
    ['pubsubshard_channels', 0],
    ['latest_fork_usec', saves === 0 ? 0 : 240 + (parts.persona.startupMemory % 400)],
    ['total_forks', saves],
    ...zero(
      'migrate_cached_sockets slave_expires_tracked_keys active_defrag_hits active_defrag_misses active_defrag_key_hits',
    ),
    ...zero('active_defrag_key_misses total_active_defrag_time current_active_defrag_time'),
    ...zero('tracking_total_keys tracking_total_items tracking_total_prefixes unexpected_error_replies'),
    ['total_error_replies', stats.errors],
    ['dump_payload_sanitizations', 0],
    ['total_reads_processed', own.commands + stats.commands + 2],
    ['total_writes_processed', own.commands + stats.commands],
    ...zero('io_threaded_reads_processed io_threaded_writes_processed'),
    ['reply_buffer_shrinks', own.connections * 2],
    ['reply_buffer_expands', own.connections],
  ];
}

function replicationSection(server: RedisServer, now: number): Fields {
  const { replication, parts } = server;
  const tail: Fields = [
    ['connected_slaves', 0],
    ['master_failover_state', 'no-failover'],
    ['master_replid', parts.persona.runId('replid', replication?.since ?? server.startedAt)],
    ['master_replid2', '0'.repeat(40)],
    ['master_repl_offset', 0],
    ['second_repl_offset', -1],
    ['repl_backlog_active', 0],
    ['repl_backlog_size', server.settings.get('repl-backlog-size')!],
    ['repl_backlog_first_byte_offset', 0],
    ['repl_backlog_histlen', 0],
  ];
  if (replication === undefined) return [['role', 'master'], ...tail];
  return [
    ['role', 'slave'],
    ['master_host', replication.host],
    ['master_port', replication.port],
    ['master_link_status', 'down'],
    ['master_last_io_seconds_ago', -1],
    ['master_sync_in_progress', 0],
    ['slave_read_repl_offset', 0],
    ['slave_repl_offset', 0],
    ['master_link_down_since_seconds', Math.max(0, Math.floor((now - replication.since) / 1000))],
    ['slave_priority', server.settings.get('replica-priority')!],
    ['slave_read_only', server.settings.get('replica-read-only') === 'yes' ? 1 : 0],
    ['replica_announced', 1],
    ...tail,
  ];
}

function cpuSection(server: RedisServer, now: number): Fields {
  const seconds = (now - server.startedAt) / 1000;
  const system = seconds * 0.00104 + server.stats.commands * 0.00002;
  const user = seconds * 0.00131 + server.stats.commands * 0.00002;
  return [
    ['used_cpu_sys', system.toFixed(6)],
    ['used_cpu_user', user.toFixed(6)],
    ['used_cpu_sys_children', (seconds / 3_600_000).toFixed(6)],
    ['used_cpu_user_children', (seconds / 2_400_000).toFixed(6)],
    ['used_cpu_sys_main_thread', (system * 0.998).toFixed(6)],
    ['used_cpu_user_main_thread', (user * 0.997).toFixed(6)],
  ];
}

function commandStats(server: RedisServer): Fields {
  return [...server.stats.calls].map(([name, calls]) => {
    const micros = calls * (3 + (name.length % 7));
    return [
      `cmdstat_${name}`,
      `calls=${calls},usec=${micros},usec_per_call=${(micros / calls).toFixed(2)},rejected_calls=0,failed_calls=0`,
    ];
  });
}

function latencyStats(server: RedisServer): Fields {
  return [...server.stats.calls.keys()].map((name) => {
    const micros = (3 + (name.length % 7) + 0.007).toFixed(3);
    return [`latency_percentiles_usec_${name}`, `p50=${micros},p99=${micros},p99.9=${micros}`];
  });
}

function keyspaceSection(server: RedisServer, now: number): Fields {
  return server.keyspace.databases.flatMap((database, index) => {
    const keys = database.keys();
    if (keys.length === 0) return [];
    const times = keys.flatMap((key) => database.peek(key)?.expireAt ?? []);
    const average = times.length === 0 ? 0 : Math.floor(times.reduce((sum, at) => sum + at - now, 0) / times.length);
    return [[`db${index}`, `keys=${keys.length},expires=${times.length},avg_ttl=${average}`] as const];
  });
}

/** As `bytesToHuman`. */
function human(bytes: number): string {
  if (bytes < 1024) return `${bytes}B`;
  const units = ['K', 'M', 'G', 'T'];
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value.toFixed(2)}${units[unit]}`;
}
