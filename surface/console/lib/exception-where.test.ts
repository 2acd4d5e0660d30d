import { expect, it } from 'vitest';
import { whereOf } from './exception-where.ts';

it('makes Sigma fields with their modifiers of what a form holds', () => {
  expect(
    whereOf([
      { field: ' source.ip ', operator: 'cidr', values: '10.0.0.0/8\n\n 192.0.2.0/24 ' },
      { field: 'user.name', operator: 'is', values: 'backup' },
    ]),
  ).toEqual({ 'source.ip|cidr': ['10.0.0.0/8', '192.0.2.0/24'], 'user.name': ['backup'] });
});

it('makes nothing of what would leave more alone than was meant', () => {
  const one = { field: 'user.name', operator: 'is', values: 'x' } as const;
  expect(whereOf([])).toBeUndefined();
  expect(whereOf([{ ...one, values: ' \n' }])).toBeUndefined();
  expect(whereOf([{ ...one, field: 'user.name|re' }])).toBeUndefined();
  expect(whereOf([one, { ...one, values: 'y' }])).toBeUndefined();
});
