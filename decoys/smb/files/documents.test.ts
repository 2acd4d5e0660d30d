import { inflateRawSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { createPersona } from '../../persona/persona.ts';
import { identityOf } from '../products.ts';
import { SmbConfig } from '../smb.config.ts';
import { documentBytes } from './document.ts';
import { shareContent } from './share-content.ts';
import { matchesPattern } from './share-path.ts';
import { shortName } from './directory-info.ts';

const persona = createPersona(Buffer.alloc(32, 9), 'windows-2019-fileserver');
const file = (path: string, size = 30_000) => ({ path, size, mtime: 1 });

it.each(['a.pdf', 'a.docx', 'a.xlsx', 'a.pptx', 'a.png', 'a.kdbx', 'a.log', 'a.unknown'])(
  '%s has its planned size and is the same twice',
  (path) => {
    const bytes = documentBytes(file(path), persona);
    expect(bytes.length).toBe(30_000);
    expect(documentBytes(file(path), persona)).toEqual(bytes);
  },
);

it('a PDF’s table leads to its objects, a document’s archive to its text', () => {
  const pdf = Buffer.from(documentBytes(file('Offer.pdf'), persona)).toString('latin1');
  const at = Number(/startxref\n0*(\d+)/.exec(pdf)![1]);
  expect(pdf.slice(at, at + 4)).toBe('xref');
  const offsets = [...pdf.slice(at).matchAll(/^(\d{10}) 00000 n/gm)].map((match) => Number(match[1]));
  expect(offsets.map((offset, i) => pdf.slice(offset, offset + 7).startsWith(`${i + 1} 0 obj`))).toEqual(
    Array(6).fill(true),
  );
  const docx = Buffer.from(documentBytes(file('Offer.docx'), persona));
  const name = docx.indexOf('word/document.xml');
  const size = docx.readUInt32LE(name - 30 + 18);
  expect(inflateRawSync(docx.subarray(name + 17, name + 17 + size)).toString()).toContain('Offer');
});

it('two installs share no file', () => {
  const names = [1, 2].map((seed) => {
    const identity = identityOf(createPersona(Buffer.alloc(32, seed), 'windows-2019-fileserver'), SmbConfig.parse({}));
    const { tree, content } = shareContent(identity);
    const paths = new Map<string, Uint8Array>();
    for (let entry = 0; entry < tree.count; entry++)
      if (
        (tree.modes[entry]! & 0o170000) === 0o100000 &&
        tree.sizes[entry]! < 100_000 &&
        /Departments|Public/.test(tree.pathOf(entry))
      )
        paths.set(tree.pathOf(entry), content(entry));
    return paths;
  });
  expect(names[0]!.size).toBeGreaterThan(10);
  const same = [...names[0]!].filter(([path, bytes]) => Buffer.from(names[1]!.get(path) ?? []).equals(bytes));
  expect(same.map(([path]) => path)).toEqual([]);
});

it('shares are planned by what they are called', () => {
  const shares = ['print$', 'Finance', 'HR', 'IT', 'Users', 'Scans', 'Media', 'Backup', 'Transfer', 'Customers'].map(
    (name) => ({ name, path: `/srv/${name}` }),
  );
  const identity = identityOf(createPersona(Buffer.alloc(32, 3), 'debian-12-server'), SmbConfig.parse({ shares }));
  const { tree } = shareContent(identity);
  const all = Array.from({ length: tree.count }, (_, entry) => tree.pathOf(entry)).join('\n');
  for (const part of [
    'W32X86',
    'Payroll',
    'Salary',
    '7z2301',
    'Desktop',
    'SCN_',
    'IMG_',
    'mysql-all',
    'Wifi',
    'Template offer',
  ])
    expect(all).toContain(part);
});

it.each([
  ['file.txt', '*', true],
  ['file.txt', '*.TXT', true],
  ['file.txt', 'f?le.*', true],
  ['file.txt', '<.txt', true],
  ['file', '*.*', false],
  ['aaaaaaaaaaaaaaaaaaaaaaaa', '*a*a*a*a*b', false],
])('%s fits %s: %s', (name, pattern, fits) => {
  expect(matchesPattern(name, pattern)).toBe(fits);
});

it('short names are those of DOS', () => {
  expect(shortName('README.TXT')).toBe('');
  expect(shortName('A long name.document')).toMatch(/^ALON[0-9A-Z]{3}~\.DOC$/);
});
