import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { loadConfig } from './config.ts';
import { isNetSentinelError } from './errors.ts';

const schema = z.strictObject({
  console: z
    .strictObject({ port: z.number().int().default(8088), address: z.string().default('127.0.0.1') })
    .prefault({}),
  retention: z.strictObject({ maxAgeMs: z.number().default(1000), daysKept: z.number().optional() }).prefault({}),
  decoys: z.array(z.strictObject({ id: z.string(), port: z.number().int().min(1).max(65_535) })).default([]),
});

function problem(text: string, env: Record<string, string> = {}): string {
  try {
    loadConfig(schema, { file: 'netsentinel.yaml', text, env });
  } catch (error) {
    if (isNetSentinelError(error, 'CONFIG_INVALID')) return error.message;
    throw error;
  }
  throw new Error('nothing was found wrong');
}

describe('configuration', () => {
  it('fills defaults, and is frozen', () => {
    const { config } = loadConfig(schema, { file: 'f', text: '' });
    expect(config.console).toEqual({ port: 8088, address: '127.0.0.1' });
    expect(() => Object.assign(config.console, { port: 1 })).toThrow(TypeError);
  });

  it('names an unknown key with its line and what was meant', () => {
    expect(problem('console:\n  prot: 1\n')).toBe('netsentinel.yaml:2:3: unknown key "prot" (did you mean "port"?)');
    expect(problem('decoys:\n  - id: a\n    port: 22\n    zzzzzz: 1\n')).toContain(
      'netsentinel.yaml:4:5: unknown key "zzzzzz" (known here: id, port)',
    );
  });

  it('works out what number a value with a unit meant', () => {
    expect(problem('retention:\n  maxAgeMs: 10s\n')).toMatch(/^netsentinel\.yaml:2:13: .*\(for 10s write 10000\)$/);
    expect(problem('retention: { daysKept: 2h }')).toContain('write a plain number');
  });

  it('names the line of a wrong value, and reports all problems at once', () => {
    const text = problem('decoys:\n  - id: a\n    port: 70000\n  - id: 7\n    port: 1\n');
    expect(text.split('\n').map((line) => line.split(' ')[0])).toEqual([
      'netsentinel.yaml:3:11:',
      'netsentinel.yaml:4:9:',
    ]);
  });

  it('names the line of broken YAML and of a key given twice', () => {
    expect(problem('a: [1,\nb: 2')).toMatch(/^netsentinel\.yaml:\d+:\d+: /);
    expect(problem('console: {}\nconsole: {}')).toMatch(/^netsentinel\.yaml:2:1: .*unique/);
  });

  it('is not blown up by aliases', () => {
    const bomb = [
      'a: &a [1,1,1,1,1,1,1,1,1]',
      ...'bcdefgh'.split('').map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefg'[i]}`).join(',')}]`),
    ].join('\n');
    expect(problem(bomb)).toContain('alias');
  });

  it('takes overrides from variables and names the variable when one is wrong', () => {
    expect(
      loadConfig(schema, {
        file: 'f',
        text: 'console: { port: 1 }',
        env: { NETSENTINEL_CONSOLE__PORT: '9000', NETSENTINEL_RETENTION__MAX_AGE_MS: '5', NETSENTINEL_CORPUS: '/x' },
      }).config,
    ).toMatchObject({ console: { port: 9000 }, retention: { maxAgeMs: 5 } });
    expect(problem('', { NETSENTINEL_CONSOLE__PORT: 'many' })).toMatch(/^NETSENTINEL_CONSOLE__PORT: console\.port: /);
  });

  it.each([
    ['NETSENTINEL_CONSOEL__PORT', 'consoel', 'did you mean NETSENTINEL_CONSOLE__PORT?'],
    ['NETSENTINEL_RETENTION__MAX_AGE', 'retention.maxAge', 'did you mean NETSENTINEL_RETENTION__MAX_AGE_MS?'],
    ['NETSENTINEL_DECOYS__0__PROT', 'decoys.0.prot', 'did you mean NETSENTINEL_DECOYS__0__PORT?'],
    ['NETSENTINEL_ZZZZZZZZ', 'zzzzzzzz', 'known here: console, retention, decoys'],
  ])('names %s as what it is: a variable that sets nothing', (variable, path, hint) => {
    expect(problem('decoys: [{ id: a, port: 1 }]', { [variable]: '1' })).toBe(
      `${variable}: this environment variable sets "${path}", which is no setting (${hint})`,
    );
  });

  it('blames the file where it has the unknown key too', () => {
    expect(problem('consoel: { port: 1 }', { NETSENTINEL_CONSOEL__PORT: '2' })).toMatch(/^netsentinel\.yaml:1:1: /);
  });

  it('says where a value stands', () => {
    const loaded = loadConfig(schema, { file: 'f', text: 'decoys:\n  - id: a\n    port: 22\n' });
    expect(loaded.where(['decoys', 0, 'port'])).toBe('f:3:11');
    expect(loaded.where(['console', 'port'])).toBe('f');
  });
});
