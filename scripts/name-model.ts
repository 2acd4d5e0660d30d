/**
 * `node scripts/name-model.ts`: counts which characters follow which in words and names that people chose, and writes
 * `stages/5-detect/behaviour/name-model.data.ts`. Learns from MISP's galaxy (CC0: its texts, and the names of sites that it refers to) and from the manuals of
 * the packages that we use (MIT, ISC, BSD, Apache). Lists of generated names are for measuring only: none of them states a licence.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CELLS, cellOf, FIRST_LEVEL, LEVELS, symbolsOf } from '../stages/5-detect/behaviour/name-model.ts';

const corpus = process.env['NETSENTINEL_CORPUS'];
if (corpus === undefined) throw new Error('NETSENTINEL_CORPUS names no corpus');
const ROOT = join(import.meta.dirname, '..');
/** How much a pair of characters says where the three were rarely seen. */
const BACKING = 8;
const MAX_WEIGHT = 6;

const words = new Map<string, number>();
const sites = new Map<string, number>();

function learn(text: string): void {
  for (const [, host] of text.matchAll(/https?:\/\/([a-z0-9.-]+)/gi)) {
    const label = host!.toLowerCase().split('.').at(-2);
    if (label !== undefined && label.length > 3) sites.set(label, (sites.get(label) ?? 0) + 1);
  }
  for (const [word] of text
    .replaceAll(/https?:\/\/\S+/g, ' ')
    .toLowerCase()
    .matchAll(/(?<![a-z0-9_/+=.-])[a-z]{2,20}(?![a-z0-9_/+=-])/g))
    words.set(word, (words.get(word) ?? 0) + 1);
}

for (const path of globSync('15-stix-taxii/misp-galaxy/clusters/*.json', { cwd: corpus }))
  learn(readFileSync(join(corpus, path), 'utf8'));
for (const path of globSync('node_modules/**/README.md', { cwd: ROOT })) learn(readFileSync(join(ROOT, path), 'utf8'));

const pairs = new Float64Array(CELLS);
const triples = new Float64Array(CELLS);
const singles = new Float64Array(CELLS);
const before = { pairs: new Float64Array(CELLS), triples: new Float64Array(CELLS) };
let all = 0;

function count(name: string, weight: number): void {
  const symbols = symbolsOf(name);
  for (let at = 2; at < symbols.length; at++) {
    const [a, b, c] = [symbols[at - 2]!, symbols[at - 1]!, symbols[at]!];
    triples[cellOf(a, b, c)]! += weight;
    before.triples[cellOf(a, b, 0)]! += weight;
    pairs[cellOf(0, b, c)]! += weight;
    before.pairs[cellOf(0, b, 0)]! += weight;
    singles[cellOf(0, 0, c)]! += weight;
    all += weight;
  }
}

for (const [word, times] of words) if (times > 1) count(word, Math.min(MAX_WEIGHT, Math.log2(times)));
for (const [site, times] of sites) count(site, 2 * Math.min(MAX_WEIGHT, 1 + Math.log2(times)));
// Names are words put together: what begins one may stand within the other.
const common = [...words].filter(([word, times]) => times > 20 && word.length > 2).map(([word]) => word);
for (let at = 0; at + 1 < common.length; at++) count(common[at]! + common[(at * 7919) % common.length]!, 1);

let text = '';
for (let cell = 0; cell < CELLS; cell++) {
  const [a, b, c] = [Math.floor(cell / 784), Math.floor(cell / 28) % 28, cell % 28];
  const single = (singles[cellOf(0, 0, c)]! + 1) / (all + 28);
  const pair = (pairs[cellOf(0, b, c)]! + BACKING * single) / (before.pairs[cellOf(0, b, 0)]! + BACKING);
  const triple = (triples[cellOf(a, b, c)]! + BACKING * pair) / (before.triples[cellOf(a, b, 0)]! + BACKING);
  const level = Math.round(-Math.log2(triple) * 4);
  text += String.fromCharCode(FIRST_LEVEL + Math.min(LEVELS - 1, Math.max(0, level)));
}
const lines = (text.match(/.{1,112}/g) ?? []).map((line) => `  '${line}',`);
writeFileSync(
  join(ROOT, 'stages/5-detect/behaviour/name-model.data.ts'),
  `/** Written by \`scripts/name-model.ts\`, which says from what: for each three characters how surprising the third is after the other two. */\nexport const SURPRISE = [\n${lines.join('\n')}\n].join('');\n`,
);
process.stdout.write(`${words.size} words, ${sites.size} sites\n`);
