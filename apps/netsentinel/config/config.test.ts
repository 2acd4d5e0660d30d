import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig, type LoadedConfig } from '@netsentinel/kernel/config';
import { consoleTls } from './console-tls.ts';
import { configJsonSchema, exampleConfig } from './example-config.ts';
import { NetSentinelConfig } from './netsentinel.config.ts';

const folder = mkdtempSync(join(tmpdir(), 'ns-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const load = (text: string): LoadedConfig<NetSentinelConfig> =>
  loadConfig(NetSentinelConfig, { file: 'netsentinel.yaml', text });
const defaults = load('').config;

describe('the example configuration', () => {
  const example = exampleConfig('/clone');

  it('is valid as it is, and changes nothing', () => {
    expect(load(example).config).toEqual(defaults);
    expect(example).toContain('$schema=/clone/docs/reference/netsentinel.schema.json');
  });

  it('is valid with every value uncommented, and is then what was the default anyway', () => {
    // A value's line is `# key: value` or a list item below one; a sentence is not. Keys without a default stay out, with their sections.
    const known = new Set<string>();
    const collect = (schema: unknown): void => {
      for (const [key, property] of Object.entries(
        (schema as { properties?: Record<string, unknown> }).properties ?? {},
      )) {
        known.add(key);
        collect(property);
        for (const inner of Object.keys((property as { default?: object[] }).default?.[0] ?? {})) known.add(inner);
      }
    };
    collect(configJsonSchema());
    const lines = example.split('\n').flatMap((line) => {
      const value = /^(\s*)# (\s*)((?:- )?([A-Za-z]+):(?: .*)?|- .*)$/.exec(line);
      if (value === null || (value[4] !== undefined && value[2] === '' && !known.has(value[4]))) return [];
      return [`${value[1]}${value[2]}${value[3]}`];
    });
    // What has no default is left out, and all that is below it.
    let text = `${lines.join('\n')}\n`.replaceAll(
      /^( *)(?:responders|nftables|points|openId|redis):\n(?:\1 .*\n)*/gm,
      '',
    );
    for (let before = ''; before !== text;) text = (before = text).replaceAll(/^( *)[A-Za-z]+:\n(?!\1 )/gm, '');
    expect(text).toContain('console:\n  address: 127.0.0.1\n  port: 8088');
    expect(load(text).config).toEqual(defaults);
  });

  it('describes every key', () => {
    const bare: string[] = [];
    interface Described {
      readonly description?: string;
      readonly properties?: Readonly<Record<string, Described>>;
    }
    const visit = (schema: Described, path: string): void => {
      for (const [key, property] of Object.entries(schema.properties ?? {})) {
        if (property.description === undefined || property.description.length < 8) bare.push(`${path}${key}`);
        visit(property, `${path}${key}.`);
      }
    };
    visit(configJsonSchema(), '');
    expect(bare).toEqual([]);
  });
});

describe('decoys', () => {
  const decoy = (id: string, port: number): string => `  - { id: ${id}, type: ssh, port: ${port} }\n`;
  it('have names and ports of their own', () => {
    expect(() => load(`decoys:\n${decoy('a', 1)}${decoy('a', 2)}`)).toThrow('another decoy is called "a"');
    expect(() => load(`decoys:\n${decoy('a', 1)}${decoy('b', 1)}`)).toThrow('port 1 is given twice');
    expect(() => load(`decoys:\n${decoy('a', 8088)}`)).toThrow('port 8088 is given twice');
    expect(load(`decoys:\n${decoy('a', 1)}${decoy('b', 2)}`).config.decoys).toHaveLength(2);
  });
});

describe('the console', () => {
  const file = join(folder, 'netsentinel.yaml');

  it.each(['127.0.0.1', '127.9.9.9', '::1', 'localhost'])('is plain HTTP on %s', (address) => {
    expect(consoleTls(load(`console: { address: "${address}" }`), file)).toBe('plain');
  });

  it.each(['0.0.0.0', '::', '192.0.2.1', 'example.org', '::ffff:192.0.2.1'])('needs TLS on %s', (address) => {
    expect(() => consoleTls(load(`console:\n  address: "${address}"`), file)).toThrow(
      expect.objectContaining({ code: 'CONSOLE_NEEDS_TLS', where: 'netsentinel.yaml:2:12' }),
    );
  });

  it('has a certificate made where TLS is asked for without one, and wants both files or none', () => {
    expect(consoleTls(load('console: { address: "0.0.0.0", tls: {} }'), file)).toBe('made');
    expect(() => consoleTls(load('console:\n  tls:\n    keyFile: key.pem'), file)).toThrow(
      expect.objectContaining({ code: 'CONSOLE_BAD_TLS', where: 'netsentinel.yaml:3:5' }),
    );
  });

  it('names the file that cannot be used', () => {
    writeFileSync(
      join(folder, 'key.pem'),
      generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }),
    );
    writeFileSync(join(folder, 'bad.pem'), 'no certificate');
    const tls =
      (cert: string): (() => unknown) =>
      () =>
        consoleTls(load(`console:\n  tls:\n    certFile: ${cert}\n    keyFile: key.pem`), file);
    expect(tls('none.pem')).toThrow(
      expect.objectContaining({ code: 'CONSOLE_BAD_TLS', where: 'netsentinel.yaml:3:15' }),
    );
    expect(tls('bad.pem')).toThrow(/bad\.pem cannot be used/);
  });
});
