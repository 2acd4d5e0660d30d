import { expect, test } from 'vitest';
import { Switches } from './switches.ts';

test('what one shell turns is turned in no other', () => {
  const start = new Set(['hashall']);
  const parent = new Switches(start);
  parent.add('xtrace');
  const child = parent.copy();
  child.delete('hashall');
  parent.add('errexit');
  const shown = (switches: Switches): boolean[] => ['hashall', 'xtrace', 'errexit'].map((name) => switches.has(name));
  expect(shown(parent)).toEqual([true, true, true]);
  expect(shown(child)).toEqual([false, true, false]);
  expect(shown(new Switches(start))).toEqual([true, false, false]);
});
