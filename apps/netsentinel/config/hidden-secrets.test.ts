import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { hideSecrets, revealSecrets } from './hidden-secrets.ts';

const TEXT = `# who is told
alert:
  notifiers:
    - id: mail
      options: { password: { value: hunter2 }, host: mail.example.com } # ours
    - id: hook
      options:
        url: https://ada:topsecret@hooks.example.com/x
        secret:
          value: |
            two
            lines
        headers:
          X-Api-Key: "k-1"
        body: '{"value": "{{title}}"}'
logLevel: warn
`;

describe('secrets in a configuration', () => {
  it('are hidden, and nothing else is changed', () => {
    const hidden = hideSecrets(TEXT);
    for (const secret of ['hunter2', 'topsecret', 'lines', 'k-1']) expect(hidden).not.toContain(secret);
    expect(hidden).toContain('options: { password: { value: "***1" }, host: mail.example.com } # ours\n');
    expect(hidden).toContain('url: "***2"\n');
    expect(hidden).toContain('          value: "***3"\n        headers:\n          X-Api-Key: "***4"\n');
    expect(hidden).toContain('body: \'{"value": "{{title}}"}\'\nlogLevel: warn\n');
  });

  it('are what they were where they come back, wherever they stand then', () => {
    expect(parse(revealSecrets(hideSecrets(TEXT), TEXT))).toEqual(parse(TEXT));
    expect(parse(revealSecrets('a: { value: "***4" }\nb: { value: "***1" }\nc: { value: new }\n', TEXT))).toEqual({
      a: { value: 'k-1' },
      b: { value: 'hunter2' },
      c: { value: 'new' },
    });
  });

  it('are refused where there was no such one', () => {
    expect(() => revealSecrets('a: { value: "***5" }', TEXT)).toThrow('no hidden secret ***5');
  });

  it('are not shown where the text is no YAML', () => {
    expect(hideSecrets('a: [hunter2')).toBe('');
  });
});
