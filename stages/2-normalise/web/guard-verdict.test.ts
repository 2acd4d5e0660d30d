import { describe, expect, it } from 'vitest';
import { guardVerdict } from './guard-verdict.ts';

describe('verdicts of application firewalls', () => {
  it('reads ModSecurity, in Apache and in nginx', () => {
    expect(
      guardVerdict(
        '[client 198.51.100.7] ModSecurity: Access denied with code 403. Pattern match "x" at ARGS:a. [file "y.conf"] [line "47"] [id "930100"] [msg "Path Traversal Attack (/../)"] [severity "CRITICAL"] [ver "OWASP_CRS/4.0.0"] [uri "/"] [unique_id "a"]',
      ),
    ).toEqual({
      rule: { id: '930100', name: 'Path Traversal Attack (/../)', ruleset: 'OWASP_CRS/4.0.0' },
      severity: 1,
      isDenied: true,
      uri: '/',
    });
    expect(
      guardVerdict(
        'ModSecurity: Warning. Matched "Operator `Rx\'" [id "920100"] [msg "Odd"] [severity "4"] [uri "/a"], client: 198.51.100.7',
      ),
    ).toMatchObject({ rule: { id: '920100' }, severity: 3, isDenied: false });
  });

  it('takes the last of what stands there twice, since clients may write it too', () => {
    expect(
      guardVerdict('ModSecurity: Warning. Found [id "1"] [msg "mine"] in ARGS [id "2"] [msg "yours"]'),
    ).toMatchObject({ rule: { id: '2', name: 'yours' } });
  });

  it('reads NAXSI', () => {
    expect(
      guardVerdict(
        'NAXSI_FMT: ip=198.51.100.7&server=x&uri=/a&block=1&cscore0=$SQL&score0=8&id0=1000, client: 198.51.100.7',
      ),
    ).toMatchObject({ rule: { id: '1000', name: 'NAXSI $SQL' }, isDenied: true, uri: '/a' });
  });

  it('says nothing of other messages', () => {
    for (const message of [
      'File does not exist: /x',
      'ModSecurity: StatusEngine call failed',
      'ModSecurity: no tags',
      '',
    ])
      expect(guardVerdict(message)).toBeUndefined();
  });
});
