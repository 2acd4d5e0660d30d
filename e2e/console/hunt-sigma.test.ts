/** Rules made of questions against the engine that runs them. */
import { describe, expect, it } from 'vitest';
import { readRules } from '@netsentinel/sigma/read/read-rules';
import { parseHunt } from '../../surface/console/lib/hunt/parse.ts';
import { sigmaOf } from '../../surface/console/lib/hunt/sigma.ts';

const SAID = { id: '4a9d1a7e-3a0f-4a55-9c89-2a7a53b8fd01', title: 'Hunt: wget', date: '2026-11-23' };

function ruleOf(text: string): string {
  const parsed = parseHunt(text);
  if (!parsed.ok) throw new Error(parsed.fault.why);
  return sigmaOf(parsed.query, SAID);
}

describe('a question as a rule', () => {
  it.each([
    'source.ip in 203.0.113.0/24 and user.name != root and destination.port in (22, 2222) and message contains "wget" zanzibar last 24h',
    'user.name != root and user.name != admin',
    'wget chmod',
    'message contains a and message contains b',
    'user.name exists and not process.name exists',
    'destination.port >= 1024 and destination.port < 2048',
    `message = "quote ' colon: # \\\\ * ? \u202e \n new"`,
    'user.name in (true, null, "yes", "- x", "@a", "%b")',
  ])('is one that our engine reads: %s', (text) => {
    const set = readRules([{ path: 'own.yml', text: ruleOf(text) }]);
    expect(set.failed).toEqual([]);
    expect(set.rules).toHaveLength(1);
  });

  it('has every condition of it', () => {
    expect(
      ruleOf('message contains a and message contains "b*" and user.name != root and destination.port = 22'),
    ).toContain(
      [
        '    selection_1:',
        '        message|contains: a',
        '        destination.port: 22',
        '    selection_2:',
        "        message|contains: 'b\\*'",
        '    filter_1:',
        '        user.name: root',
        '    condition: all of selection_* and not 1 of filter_*',
      ].join('\n'),
    );
  });
});
