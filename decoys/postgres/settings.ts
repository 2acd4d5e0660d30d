/** A session's parameters: what it has set over what the server starts with, in the words that SHOW uses. */
import { fault } from './pg-faults.ts';
import type { PgServer } from './pg-server.ts';
import { REPORTED_PARAMETERS } from './reported-parameters.ts';

const MAX_SETTINGS = 500;
/** By their lower case. */
const REPORTED: ReadonlyMap<string, string> = new Map(REPORTED_PARAMETERS.map((name) => [name.toLowerCase(), name]));

export class Settings {
  readonly #own = new Map<string, string>();
  readonly #fixed: PgServer['settings'];
  readonly #live: (name: string) => string | undefined;
  readonly #told: (name: string, value: string) => void;

  /** `live`: what follows from who is connected. `told` hears of changes that the client is told of. */
  constructor(
    fixed: PgServer['settings'],
    live: (name: string) => string | undefined,
    told: (name: string, value: string) => void,
  ) {
    this.#fixed = fixed;
    this.#live = live;
    this.#told = told;
  }

  /** Only what was set here. */
  own(name: string): string | undefined {
    return this.#own.get(name);
  }

  get(name: string): string | undefined {
    const known = this.#own.get(name) ?? this.#live(name);
    if (known !== undefined) return known;
    const row = this.#fixed.get(name);
    return row === undefined ? undefined : shownSetting(row);
  }

  /** Answers the value as it is kept; refuses what nobody may set now. */
  set(name: string, value: string): string {
    const row = this.#fixed.get(name);
    if (row === undefined && !name.includes('.') && name !== 'role' && name !== 'session_authorization')
      throw fault('42704', `unrecognized configuration parameter "${name}"`, { where: ['find_option', 'guc.c', 5766] });
    if (row !== undefined && row[6] === 'internal')
      throw fault('55P02', `parameter "${name}" cannot be changed`, {
        where: ['set_config_option_ext', 'guc.c', 7728],
      });
    if (row !== undefined && row[6] === 'postmaster')
      throw fault('55P02', `parameter "${name}" cannot be changed without restarting the server`, {
        where: ['set_config_option_ext', 'guc.c', 7751],
      });
    if (row !== undefined && row[6] === 'sighup')
      throw fault('55P02', `parameter "${name}" cannot be changed now`, {
        where: ['set_config_option_ext', 'guc.c', 7760],
      });
    const typed = row?.[7] === 'bool' ? (/^(on|true|yes|1|t|y)$/i.test(value) ? 'on' : 'off') : value;
    if (row?.[7] === 'integer' && !/^-?\d+\s*(ms|s|min|h|d|kB|MB|GB|B|us)?$/.test(value))
      throw fault('22023', `invalid value for parameter "${name}": "${value}"`, {
        where: ['parse_and_validate_value', 'guc.c', 7454],
      });
    if (this.#own.size < MAX_SETTINGS) this.#own.set(name, typed);
    this.#tell(name, typed);
    return typed;
  }

  /** One of them, or all, back to what the server starts with. */
  reset(name?: string): void {
    for (const each of name === undefined ? [...this.#own.keys()] : [name]) {
      if (!this.#own.delete(each)) continue;
      this.#tell(each, this.get(each) ?? '');
    }
  }

  #tell(name: string, value: string): void {
    const shown = REPORTED.get(name);
    if (shown !== undefined) this.#told(shown, value);
  }
}

/** Sizes and times with the unit that SHOW would print. */
function shownSetting(row: readonly (string | boolean | null)[]): string {
  const [, value, unit] = row;
  const text = String(value ?? '');
  if (row[7] !== 'integer' || unit === null || unit === '' || !/^\d+$/.test(text)) return text;
  const number = Number(text);
  if (unit === '8kB' || unit === 'kB' || unit === 'MB' || unit === 'B') {
    if (number === 0) return '0';
    let bytes = number * ({ '8kB': 8192, kB: 1024, MB: 1_048_576, B: 1 }[unit] ?? 1);
    for (const name of ['B', 'kB', 'MB', 'GB', 'TB']) {
      if (bytes % 1024 !== 0 || name === 'TB') return `${bytes}${name}`;
      bytes /= 1024;
    }
  }
  const ms = number * ({ ms: 1, s: 1000, min: 60_000 }[String(unit)] ?? 1);
  if (number === 0) return '0';
  for (const [name, size] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1000],
  ] as const)
    if (ms % size === 0) return `${ms / size}${name}`;
  return `${ms}ms`;
}
