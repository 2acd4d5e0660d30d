import { describe, expect, it } from 'vitest';
import { describeError, isDiskFull, isNetSentinelError, NetSentinelError } from './errors.ts';

describe('errors', () => {
  it('carry whose fault they are, what to do, and where', () => {
    const cause = new Error('inner');
    const error = new NetSentinelError('AREA_WHAT', 'user', 'message', { hint: 'do this', where: 'f:1:2', cause });
    expect(error).toMatchObject({ code: 'AREA_WHAT', fault: 'user', hint: 'do this', where: 'f:1:2', cause });
    expect(isNetSentinelError(error)).toBe(true);
    expect(isNetSentinelError(error, 'AREA_WHAT')).toBe(true);
    expect(isNetSentinelError(error, 'OTHER')).toBe(false);
    expect(isNetSentinelError(cause)).toBe(false);
    expect('cause' in new NetSentinelError('A', 'bug', 'm')).toBe(false);
  });

  it('are described whatever was thrown', () => {
    expect(describeError(new NetSentinelError('A_B', 'bug', 'm'))).toBe('A_B: m');
    expect(describeError(new Error('plain'))).toBe('plain');
    expect(describeError('text')).toBe('text');
    expect(describeError(undefined)).toBe('undefined');
  });

  it('of a full disk are known by their code', () => {
    expect([{ code: 'ENOSPC' }, { code: 'EDQUOT' }, { code: 'EIO' }, null, 'ENOSPC'].map(isDiskFull)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
