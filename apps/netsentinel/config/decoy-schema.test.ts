import { expect, it } from 'vitest';
import { decoyTypes } from '@netsentinel/decoys/index';
import { decoySchema } from './decoy-schema.ts';

it.each(decoyTypes)('knows what is configured of %s', (type) => {
  expect(decoySchema(type)).toMatchObject({
    type: 'object',
    properties: { type: { const: type }, port: { type: 'integer' }, options: { type: 'object' } },
  });
});

it('knows nothing of a type that there is not', () => {
  expect(decoySchema('__proto__')).toBeUndefined();
});
