/** What a translation would miss: words that stand in a page instead of in the catalogue. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const CONSOLE = join(import.meta.dirname, '..');
/** Names of formats are the same everywhere, as is what a person types into a terminal. */
const NO_WORDS = new Set(['CSV', 'JSON']);
const SPOKEN = new Set(['label', 'title', 'aria-label', 'placeholder', 'about', 'question', 'sure', 'button', 'alt']);

function wordsIn(file: string): string[] {
  const found: string[] = [];
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const visit = (node: ts.Node): void => {
    if (ts.isJsxElement(node) && node.openingElement.tagName.getText() === 'code') return;
    const isText = ts.isJsxText(node) && /\p{L}{2}/u.test(node.text);
    const isSpoken =
      ts.isStringLiteral(node) &&
      ts.isJsxAttribute(node.parent) &&
      SPOKEN.has(node.parent.name.getText()) &&
      /\p{L}{2}/u.test(node.text);
    if ((isText || isSpoken) && !NO_WORDS.has(node.text.trim())) found.push(`${file}: ${node.text.trim()}`);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

it('has every word that a page says', () => {
  const files = ['app', 'components'].flatMap((folder) =>
    readdirSync(join(CONSOLE, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.tsx'))
      .map((name) => join(CONSOLE, folder, name)),
  );
  expect(files.length).toBeGreaterThan(100);
  expect(files.flatMap(wordsIn)).toEqual([]);
});
