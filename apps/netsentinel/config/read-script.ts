/** Reads the scripted exchange that a decoy names: the confined process that plays it reads no files. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Exchange } from '@netsentinel/decoys/scripted/exchange.schema';
import { prepareExchange } from '@netsentinel/decoys/scripted/exchange';
import { loadConfig } from '@netsentinel/kernel/config';
import { NetSentinelError } from '@netsentinel/kernel/errors';

export const SCRIPTS_FOLDER = join(import.meta.dirname, '../../../content/scripted');

/** The options of a decoy with its exchange in them, checked; those of other types as they are. */
export function withScript(type: string, options: unknown, folder: string, where: string): unknown {
  if (type !== 'scripted' && type !== 'scripted-udp') return options;
  const { script } = options as { readonly script: unknown };
  const exchange = typeof script === 'string' ? readScript(script, folder, where) : Exchange.parse(script);
  const transport = type === 'scripted' ? 'tcp' : 'udp';
  if (exchange.transport !== transport)
    throw invalid(where, `a decoy of type ${type} is for ${transport}; this script is for ${exchange.transport}`);
  try {
    prepareExchange(exchange);
  } catch (error) {
    throw invalid(where, error instanceof Error ? error.message : String(error));
  }
  return { ...(options as object), script: exchange };
}

/** @throws NetSentinelError `SCRIPT_INVALID` where it is not there, or is none */
export function readScript(name: string, folder: string, where: string): Exchange {
  const ours = join(SCRIPTS_FOLDER, `${name}.yml`);
  const file = /^[a-z0-9-]+$/.test(name) && existsSync(ours) ? ours : resolve(folder, name);
  if (!existsSync(file)) throw invalid(where, `there is no script "${name}" and no file of that name`);
  try {
    return loadConfig(Exchange, { file, text: readFileSync(file, 'utf8') }).config;
  } catch (error) {
    throw invalid(where, error instanceof Error ? error.message : String(error));
  }
}

function invalid(where: string, message: string): NetSentinelError {
  return new NetSentinelError('SCRIPT_INVALID', 'user', message, {
    where,
    hint: 'decoys/scripted/README.md has the format, content/scripted examples.',
  });
}
