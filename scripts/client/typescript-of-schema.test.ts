import { describe, expect, it } from 'vitest';
import { comment, typeOf, type JsonSchema } from './typescript-of-schema.ts';

const record = {
  type: 'object',
  properties: {
    id: { type: 'string', maxLength: 3 },
    'a-b': { type: ['integer', 'null'], description: 'Ends with */ here' },
  },
  required: ['id'],
  additionalProperties: false,
} as const;
const RECORD = "{\n  id: string;\n  /** Ends with * / here */\n  'a-b'?: number | null;\n}";

describe('a type of a JSON Schema', () => {
  it.each<[JsonSchema, string]>([
    [{ type: 'integer', minimum: 0 }, 'number'],
    [{}, 'unknown'],
    [{ enum: ['a', "it's", 3, null] }, "'a' | 'it\\'s' | 3 | null"],
    [{ const: true, type: 'boolean' }, 'true'],
    [{ anyOf: [{ type: 'string' }, { type: 'string', maxLength: 3 }, { type: 'null' }] }, 'string | null'],
    [{ type: 'array', items: { enum: ['a', 'b'] } }, "('a' | 'b')[]"],
    [{ type: 'array', items: { oneOf: [record, { type: 'null' }] } }, `(${RECORD} | null)[]`],
    [{ type: 'array', items: { type: 'array', items: { $ref: '#/components/schemas/Role' } } }, 'Role[][]'],
    [{ type: 'object', additionalProperties: { type: 'number' } }, 'Record<string, number>'],
    [
      { type: 'object', propertyNames: { enum: ['a', 'b'] }, additionalProperties: { type: 'number' } },
      "Partial<Record<'a' | 'b', number>>",
    ],
    [{ type: 'object', properties: {}, additionalProperties: false }, 'Record<string, never>'],
    [record, RECORD],
  ])('%j', (schema, type) => {
    expect(typeOf(schema, 'answered')).toBe(type);
  });

  it('of what is sent lets what is undefined be left out, and changes nothing', () => {
    expect(typeOf({ type: 'array', items: record }, 'sent')).toBe(
      "readonly {\n  readonly id: string;\n  /** Ends with * / here */\n  readonly 'a-b'?: number | null | undefined;\n}[]",
    );
  });

  it('is refused where it would be a guess', () => {
    expect(() => typeOf({ not: { type: 'string' } } as JsonSchema, 'sent')).toThrow('know no not of JSON Schema');
    expect(() => typeOf({ type: 'file' }, 'sent')).toThrow('know no type file');
    expect(() => typeOf({ $ref: 'other.json#/a' }, 'sent')).toThrow('know nothing of other.json#/a');
  });
});

it('a comment of several paragraphs has them apart', () => {
  expect(comment(['One.', '', 'Two\nlines.'], '  ')).toBe('  /**\n   * One.\n   *\n   * Two lines.\n   */\n');
  expect(comment([''])).toBe('');
});
