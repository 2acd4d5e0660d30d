/** All commands that are played, by name. What the table of commands knows beyond these answers with an error. */
import type { CommandHandler, CommandHandlers } from './command.types.ts';
import { adminCommands } from './admin-commands.ts';
import { bitfieldCommands } from './bitfield-commands.ts';
import { bitCommands } from './bit-commands.ts';
import { clientCommands } from './client-commands.ts';
import { configCommands } from './config-commands.ts';
import { connectionCommands } from './connection-commands.ts';
import { documentationCommands } from './documentation-commands.ts';
import { functionCommands } from './function-commands.ts';
import { geoCommands } from './geo-commands.ts';
import { geoSearchCommands } from './geo-search-commands.ts';
import { hashCommands } from './hash-commands.ts';
import { hyperLogLogCommands } from './hyperloglog-commands.ts';
import { keyCommands } from './key-commands.ts';
import { lcsCommand } from './lcs-command.ts';
import { listCommands } from './list-commands.ts';
import { persistenceCommands } from './persistence-commands.ts';
import { pubsubCommands } from './pubsub-commands.ts';
import { scriptCommands } from './script-commands.ts';
import { setCommands } from './set-commands.ts';
import { streamClaimCommands } from './stream-claim-commands.ts';
import { streamGroupCommands } from './stream-groups.ts';
import { streamCommands } from './stream-commands.ts';
import { stringCommands } from './string-commands.ts';
import { aclCommands } from './acl-commands.ts';
import { zsetCommands } from './zset-commands.ts';

const TABLES: readonly CommandHandlers[] = [
  aclCommands,
  adminCommands,
  bitCommands,
  functionCommands,
  bitfieldCommands,
  geoCommands,
  geoSearchCommands,
  hyperLogLogCommands,
  lcsCommand,
  streamClaimCommands,
  streamGroupCommands,
  clientCommands,
  configCommands,
  connectionCommands,
  documentationCommands,
  hashCommands,
  keyCommands,
  listCommands,
  persistenceCommands,
  pubsubCommands,
  scriptCommands,
  setCommands,
  streamCommands,
  stringCommands,
  zsetCommands,
];
let all: ReadonlyMap<string, CommandHandler> | undefined;

export function handlerOf(name: string): CommandHandler | undefined {
  all ??= new Map(TABLES.flatMap((table) => Object.entries(table)));
  return all.get(name) ?? (name.endsWith('|help') ? all.get('help') : undefined);
}
