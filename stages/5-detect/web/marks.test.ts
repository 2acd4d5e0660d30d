import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FREE } from './inspect.ts';
import { MARK, marksOf } from './marks.ts';
import type { Part } from './request-part.ts';

const ALL = Object.values(MARK).reduce((all, mark) => all | mark, 0);
/** Pieces that recognisers look for, and what may stand between them. */
const PIECES = [
  ...'/\\._:={(<$%@#|;&*)[]}"\'`-+?, \t\r\n\u0085\u2028\u0000'.split(''),
  '..',
  '//',
  '${',
  '{{',
  '<!',
  '--',
  '||',
  '__',
  '=1',
  '%00',
  '%s',
  '0x',
  ...'etc passwd proc self windows win ini id_rsa authorized_keys web-inf file php jndi ldap lower set-cookie location http-equiv'.split(
    ' ',
  ),
  ...'powershell -e net user localgroup base64 -d if not exist errorlevel cmd c bin sh cat IFS exec union select or and sleep'.split(
    ' ',
  ),
  ...'script javascript alert onerror expression document cookie constructor xmlns schemaLocation include DOCTYPE ENTITY SYSTEM'.split(
    ' ',
  ),
  ...'uid return this db find node text IntrospectionQuery __schema config 7 localhost 127 internal oastify com exe txt import os'.split(
    ' ',
  ),
];
const PLACES: readonly Part['place'][] = [
  { in: 'path' },
  { in: 'query', name: 'a' },
  { in: 'query', name: 'a', inName: true },
  { in: 'body', name: 'a', inName: true },
  { in: 'header', name: 'x-file-name' },
];

it('says nothing about plain words, and of each sign that it is there', () => {
  expect(marksOf("plain words - and 1 quote's")).toBe(0);
  expect(marksOf('a/b')).toBe(MARK.slash);
  expect(marksOf('/\\._:={<$%@#\n')).toBe(ALL);
  expect([marksOf('\u2028'), marksOf('\u0085'), marksOf('\r'), marksOf('\u202f')]).toEqual([
    MARK.breaks,
    MARK.breaks,
    MARK.breaks,
    0,
  ]);
});

it('keeps no recogniser from what it would have found', () => {
  const text = fc.array(fc.constantFrom(...PIECES), { maxLength: 14 }).map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(text, fc.constantFrom(...PLACES), (given, place) => {
      const part: Part = { place, text: given };
      const marks = marksOf(given);
      for (const { needs, recognise } of FREE) {
        const isAsked = needs === undefined || (marks & needs) !== 0;
        expect(isAsked ? recognise(given, part, marks) : undefined).toEqual(recognise(given, part, ALL));
      }
    }),
    { numRuns: 4000 },
  );
});
