/** SHOW STATUS: counters of a server that has been busy since it started. */
import { serverData } from './server-data.ts';
import type { MysqlSession, SessionParts } from './mysql-session.ts';

/** In the order of the real server, with what lives. `questions`: statements of this session. */
export function statusOf(session: MysqlSession, questions: number, link: SessionParts['link']): [string, string][] {
  const uptime = Math.floor((session.clock() - session.server.startedAt()) / 1000);
  const perSecond = session.persona.derive('mysql load', 1)[0]! / 64 + 0.4;
  const live: Readonly<Record<string, string>> = {
    Uptime: String(uptime),
    Uptime_since_flush_status: String(uptime),
    Questions: String(Math.floor(uptime * perSecond) + questions),
    Queries: String(Math.floor(uptime * perSecond * 1.1) + questions),
    Connections: String(session.connectionId + 1),
    Threads_connected: '2',
    Threads_running: '1',
    Com_select: String(Math.floor(uptime * perSecond * 0.7)),
    Bytes_received: String(Math.floor(uptime * perSecond * 140)),
    Bytes_sent: String(Math.floor(uptime * perSecond * 900)),
    Opened_tables: '68',
    Open_tables: '57',
    Slow_queries: '0',
    Flush_commands: '1',
    Compression: link.compressed ? 'ON' : 'OFF',
    Ssl_cipher: link.tls?.cipher ?? '',
    Ssl_version: link.tls?.version ?? '',
  };
  return serverData().status.map(([name, value]) => [name, live[name] ?? value]);
}
