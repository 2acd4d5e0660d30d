import { describe, expect, it } from 'vitest';
import { statSync, readFileSync } from 'node:fs';
import { attackNames, attackVersion, tactic, tactics, tacticsOf, technique } from './attack.ts';

describe('ATT&CK', () => {
  it('knows the enterprise matrix of version 18', () => {
    expect(attackVersion()).toBe('18');
    expect(
      tactics()
        .map((one) => one.id)
        .slice(0, 3),
    ).toEqual(['TA0043', 'TA0042', 'TA0001']);
    expect(tactics()).toHaveLength(14);
    expect(tactic('TA0006')).toEqual({ id: 'TA0006', name: 'Credential Access', key: 'credential-access', order: 7 });
    expect(technique('T1110.001')).toMatchObject({ name: 'Password Guessing' });
    expect(tacticsOf('T1078').map((one) => one.key)).toEqual([
      'initial-access',
      'persistence',
      'privilege-escalation',
      'defense-evasion',
    ]);
  });

  it('knows nothing of what was revoked or never was', () => {
    expect(technique('T1064')).toBeUndefined();
    expect(tacticsOf('T9999')).toEqual([]);
    expect(tactic('x')).toBeUndefined();
  });

  it('is laid out as the matrix: each technique under its tactics, sub-techniques behind theirs', () => {
    const { matrix, version, techniques, tactics: names } = attackNames();
    expect(version).toBe(attackVersion());
    expect(matrix.map(({ tactic: id }) => id)).toEqual(Object.keys(names));
    const access = matrix.find(({ tactic: id }) => id === 'TA0006')!.techniques;
    expect(access.slice(access.indexOf('T1110'), access.indexOf('T1110') + 3)).toEqual([
      'T1110',
      'T1110.001',
      'T1110.002',
    ]);
    expect(new Set(matrix.flatMap((column) => column.techniques)).size).toBe(Object.keys(techniques).length);
  });

  it('is small, and carries the notice of MITRE', () => {
    const folder = new URL('../../content/attack/', import.meta.url);
    expect(statSync(new URL('enterprise.json', folder)).size).toBeLessThan(250_000);
    expect(readFileSync(new URL('NOTICE', folder), 'utf8')).toContain(
      '© 2025 The MITRE Corporation. This work is reproduced and distributed with the permission',
    );
  });
});
