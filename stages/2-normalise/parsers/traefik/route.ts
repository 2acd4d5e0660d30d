/** What Traefik adds to the combined form: ` 262 "router" "http://server" 2ms`. */
import type { EcsGroup } from '@netsentinel/contracts/parser';
import { Cursor } from '../../text/cursor.ts';

export interface Route {
  readonly fields: EcsGroup;
  readonly durationNs: number | undefined;
}

export function routeBehind(line: string, from: number): Route | undefined {
  const cursor = new Cursor(line, from);
  const count = cursor.integer();
  if (count === undefined || !cursor.take(' ')) return undefined;
  const router = cursor.quoted();
  cursor.skipBlanks();
  const server = cursor.quoted();
  cursor.skipBlanks();
  const durationMs = cursor.integer();
  return {
    fields: { request_count: count, frontend_name: router, backend_url: server },
    durationNs: durationMs === undefined || !cursor.take('ms') ? undefined : durationMs * 1_000_000,
  };
}
