import { expect, it } from 'vitest';
import { decodeBase64 } from './base64.ts';
import { decodeEntities } from './entities.ts';
import { layersOf } from './layers.ts';
import { decodePercent } from './percent.ts';

it.each([
  ['a%20b', 'a b'],
  ['a+b', 'a+b'],
  ['%', '%'],
  ['%zz%4', '%zz%4'],
  ['%41%u0042%U0043', 'ABC'],
  ['%c3%a4%e2%82%ac%f0%9f%98%80', 'ä€😀'],
  ['%c0%ae%c0%af%e0%80%af', './/'],
  ['%ff%c3x', '\u00ff\u00c3x'],
  ['x%00y', 'x\0y'],
])('percent: %j is %j', (text, decoded) => {
  expect(decodePercent(text, false)).toBe(decoded);
});

it('takes a plus as a space where it is one', () => {
  expect(decodePercent('a+b%2Bc', true)).toBe('a b+c');
});

it.each([
  ['&lt;a&gt;', '<a>'],
  ['&#60;&#x3C&#x000003c;', '<<<'],
  ['&unknown; &amp', '&unknown; &amp'],
  ['&#9999999;', '&#9999999;'],
])('entities: %j is %j', (text, decoded) => {
  expect(decodeEntities(text)).toBe(decoded);
});

it('takes for base64 only what reads as text', () => {
  expect(decodeBase64(Buffer.from('cat /etc/passwd').toString('base64'))).toBe('cat /etc/passwd');
  expect(decodeBase64(`data:text/html;base64,${Buffer.from('<b>hello</b>').toString('base64')}`)).toBe('<b>hello</b>');
  for (const text of ['d41d8cd98f00b204e9800998ecf8427e', 'short', 'averylongwordindeed', 'data:text/html,x12345'])
    expect(decodeBase64(text)).toBeUndefined();
});

it('peels at most a few layers, each named', () => {
  expect(layersOf('plain')).toEqual([{ text: 'plain', encodings: [] }]);
  expect(layersOf('%253c').map(({ text }) => text)).toEqual(['%253c', '%3c', '<']);
  expect(layersOf('%26lt;').at(-1)).toEqual({ text: '<', encodings: ['percent', 'html'] });
  expect(layersOf(`%${'25'.repeat(50)}3c`).length).toBeLessThanOrEqual(8);
});
