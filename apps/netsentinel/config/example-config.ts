/** A commented configuration file made from the schemas: every key with its description and default, ready to be uncommented. */
import { join } from 'node:path';
import { stringify } from 'yaml';
import { z } from 'zod';
import { NetSentinelConfig } from './netsentinel.config.ts';

interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
}

const WIDTH = 110;

/** The JSON Schema of the configuration file, for editors. */
export function configJsonSchema(): Record<string, unknown> {
  return {
    title: 'NetSentinel configuration',
    ...z.toJSONSchema(NetSentinelConfig, { io: 'input', unrepresentable: 'any' }),
  };
}

/** `home`: the folder of the clone, for the line that tells editors where the schema is. */
export function exampleConfig(home: string): string {
  const head = [
    `# yaml-language-server: $schema=${join(home, 'docs', 'reference', 'netsentinel.schema.json')}`,
    '# NetSentinel. Every value below is the default; uncomment what you want to change. Unknown keys are errors.',
    '# A variable such as NETSENTINEL_CONSOLE__PORT=9000 overrides the value of console.port.',
    '',
  ];
  return `${[...head, ...describe(configJsonSchema(), 0)].join('\n')}\n`;
}

function describe(schema: JsonSchema, depth: number): string[] {
  const lines: string[] = [];
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    const indent = '  '.repeat(depth);
    const range = rangeOf(property);
    for (const line of wrap(
      `${property.description ?? ''}${range === undefined ? '' : ` (${range})`}`.trim(),
      WIDTH - indent.length - 2,
    ))
      lines.push(`${indent}# ${line}`);
    if (property.properties !== undefined && Object.keys(property.properties).length > 0) {
      // The section stays commented while nothing in it is set, or it would be an empty value.
      lines.push(`${indent}# ${key}:`, ...describe(property, depth + 1));
    } else {
      const value =
        property.default === undefined
          ? undefined
          : stringify({ [key]: property.default }, { indent: 2 })
              .trimEnd()
              .split('\n');
      for (const line of value ?? [`${key}:`]) lines.push(`${indent}# ${line}`);
    }
    if (depth === 0) lines.push('');
  }
  return lines;
}

function rangeOf(schema: JsonSchema): string | undefined {
  if (schema.enum !== undefined) return schema.enum.join(', ');
  if (schema.minimum !== undefined && schema.maximum !== undefined && schema.maximum < Number.MAX_SAFE_INTEGER)
    return `${schema.minimum} to ${schema.maximum}`;
  return undefined;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  if (line !== '') lines.push(line);
  return lines;
}
