/** Reads the command lines of the honeypot corpus: Cowrie's logs of all years and layouts, and KYPO's trainees, with their weights. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';

export interface WeightedLine {
  readonly line: string;
  readonly weight: number;
}

/** Lines by source. A source is one folder of the corpus, so that one loud honeypot does not drown the others in the report. */
export type LinesBySource = ReadonlyMap<string, readonly WeightedLine[]>;

const MAX_FILE_BYTES = 200 * 1024 * 1024;

export function readShellCorpus(folder: string): LinesBySource {
  const sources = new Map<string, Map<string, number>>();
  const add = (source: string, line: unknown, weight = 1): void => {
    if (typeof line !== 'string' || line.trim() === '') return;
    const lines = sources.get(source) ?? new Map<string, number>();
    sources.set(source, lines);
    lines.set(line, (lines.get(line) ?? 0) + weight);
  };
  for (const source of readdirSync(folder)) {
    if (source === 'agentshell' || source === 'cowrie-fs' || !statSync(join(folder, source)).isDirectory()) continue;
    for (const file of filesUnder(join(folder, source))) readOne(source, file, add);
  }
  return new Map(
    [...sources].map(([source, lines]) => [source, [...lines].map(([line, weight]) => ({ line, weight }))]),
  );
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

type Add = (source: string, line: unknown, weight?: number) => void;

function readOne(source: string, file: string, add: Add): void {
  if (!/cowrie|useractions|reduced/.test(file) || statSync(file).size > MAX_FILE_BYTES) return;
  const text = file.endsWith('.xz')
    ? spawnSync('xz', ['-dc', file], { maxBuffer: MAX_FILE_BYTES }).stdout.toString()
    : readFileSync(file, 'utf8');
  if (/useractions/.test(file)) {
    for (const entry of JSON.parse(text) as Record<string, unknown>[])
      if (entry['cmd_type'] === 'bash-command') add(source, entry['cmd']);
    return;
  }
  if (/\.(csv|md)(\.xz)?$/.test(file)) return;
  if (/cowrie_cmd/.test(file)) {
    for (const line of text.split('\n')) {
      const match = /^"CMD: (.*)"$/.exec(line);
      if (match !== null) add(source, match[1]!.replaceAll(/\\(["\\])/g, '$1'));
    }
    return;
  }
  if (/\.log(\.\d+)?(\.xz)?$/.test(file)) {
    for (const line of text.split('\n')) add(source, /\] CMD: (.*)$/.exec(line)?.[1]);
    return;
  }
  for (const value of jsonValues(text)) collect(source, value, add);
}

/** One JSON document, or one per line. */
function jsonValues(text: string): unknown[] {
  const parse = (part: string): unknown[] => {
    try {
      return [JSON.parse(part) as unknown];
    } catch {
      return [];
    }
  };
  const whole = parse(text);
  return whole.length > 0 ? whole : text.split('\n').flatMap(parse);
}

/** Cowrie's `command.input` events, and the counted inputs of reduced logs. */
function collect(source: string, value: unknown, add: Add): void {
  if (Array.isArray(value)) for (const item of value) collect(source, item, add);
  else if (typeof value === 'object' && value !== null) {
    const entry = value as Record<string, unknown>;
    if (entry['eventid'] === 'cowrie.command.input') add(source, entry['input']);
    else if (typeof entry['count'] === 'number' && typeof entry['input'] === 'string')
      add(source, entry['input'], entry['count']);
    else if (entry['eventid'] === undefined) for (const item of Object.values(entry)) collect(source, item, add);
  }
}
