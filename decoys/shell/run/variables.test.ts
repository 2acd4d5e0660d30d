import { describe, expect, it } from 'vitest';
import { Variables } from './variables.ts';

function lateVariables(): { vars: Variables; times: () => number } {
  let set = 0;
  const vars = new Variables(1000);
  vars.startWith({
    knows: (name) => name === 'PS1' || name === 'PROMPT_COMMAND',
    text: (name) => (name === 'PS1' ? '$ ' : undefined),
    setAll: (all) => {
      set++;
      all.set('SHELL', '/bin/bash').exported = true;
      all.set('PS1', '$ ');
    },
  });
  return { vars, times: () => set };
}

describe('variables that are set late', () => {
  it('are told one by one where they can be', () => {
    const { vars, times } = lateVariables();
    expect([vars.text('PS1'), vars.text('PROMPT_COMMAND'), times()]).toEqual(['$ ', undefined, 0]);
  });

  const uses: Record<string, (vars: Variables) => void> = {
    text: (vars) => expect(vars.text('SHELL')).toBe('/bin/bash'),
    names: (vars) => expect(vars.names()).toEqual(['PS1', 'SHELL']),
    exported: (vars) => expect([...vars.exported()]).toEqual([['SHELL', '/bin/bash']]),
    set: (vars) => expect(vars.set('SHELL', '/bin/sh').exported).toBe(true),
    unset: (vars) => {
      vars.unset('PS1');
      expect([vars.text('PS1'), vars.names()]).toEqual([undefined, ['SHELL']]);
    },
    'set what it told before': (vars) => {
      expect(vars.text('PS1')).toBe('$ ');
      vars.set('PS1', '# ');
      expect(vars.text('PS1')).toBe('# ');
    },
    'a local one': (vars) => {
      vars.push();
      expect(vars.local('SHELL').exported).toBe(true);
      vars.pop();
      expect(vars.text('SHELL')).toBe('/bin/bash');
    },
    'a copy': (vars) => expect(new Variables(1000, vars).text('SHELL')).toBe('/bin/bash'),
    'their size': (vars) => expect(vars.bytes).toBeGreaterThan(100),
  };
  for (const [name, use] of Object.entries(uses))
    it(`are all there for: ${name}`, () => {
      const { vars, times } = lateVariables();
      use(vars);
      vars.declare('OTHER');
      expect(times()).toBe(1);
    });
});
