import { describe, expect, it } from 'vitest';
import { auditRow, changedValues, isoOfField, localField, momentOf } from './audit-view.ts';

describe('a change', () => {
  it('is told name by name, what differs first', () => {
    expect(changedValues({ name: 'bob', role: 'analyst' }, { name: 'bob', role: 'admin', by: null })).toEqual([
      { name: 'role', before: 'analyst', after: 'admin' },
      { name: 'by', before: undefined, after: 'null' },
      { name: 'name', before: 'bob', after: 'bob' },
    ]);
    expect(changedValues(undefined, { constructor: 'x' })).toEqual([
      { name: 'constructor', before: undefined, after: 'x' },
    ]);
  });

  it('is exported with an exact time', () => {
    const record = {
      seq: 7,
      at: 0,
      account: 'ada',
      address: '::1',
      action: 'invite',
      target: 't',
      after: { role: 'x' },
    };
    expect(auditRow(record)).toEqual([
      7,
      '1970-01-01T00:00:00.000Z',
      'ada',
      undefined,
      '::1',
      'invite',
      't',
      undefined,
      '{"role":"x"}',
    ]);
  });
});

describe('a moment', () => {
  it('goes from the field into the address and back', () => {
    const iso = isoOfField('2026-11-23T10:30');
    expect(localField(iso)).toBe('2026-11-23T10:30');
    expect(momentOf(iso)).toBe(new Date('2026-11-23T10:30').getTime());
    for (const wrong of ['', 'yesterday'])
      expect([isoOfField(wrong), localField(wrong), momentOf(wrong)]).toEqual(['', '', undefined]);
  });
});
