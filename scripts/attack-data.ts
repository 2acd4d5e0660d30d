/**
 * Makes `content/attack/enterprise.json` from MITRE's enterprise STIX bundle, plain or gzipped:
 *
 *     node scripts/attack-data.ts <enterprise-attack.json[.gz]> <version>
 *
 * Techniques and sub-techniques that are neither revoked nor deprecated, with their tactics and the first sentence of their description.
 * MITRE's notice stands in `content/attack/NOTICE` and travels with the data.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

interface StixObject {
  readonly type: string;
  readonly id: string;
  readonly name?: string;
  readonly description?: string;
  readonly revoked?: boolean;
  readonly x_mitre_deprecated?: boolean;
  readonly x_mitre_shortname?: string;
  readonly tactic_refs?: readonly string[];
  readonly kill_chain_phases?: readonly { readonly kill_chain_name: string; readonly phase_name: string }[];
  readonly external_references?: readonly { readonly source_name: string; readonly external_id?: string }[];
}

const MAX_SHORT = 160;
const TARGET = new URL('../content/attack/enterprise.json', import.meta.url);

const [file, version] = process.argv.slice(2);
if (file === undefined || version === undefined || !/^\d+(\.\d+)?$/.test(version)) {
  process.stderr.write('usage: node scripts/attack-data.ts <enterprise-attack.json[.gz]> <version>\n');
  process.exit(2);
}
const bytes = readFileSync(file);
const bundle = JSON.parse((bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString('utf8')) as {
  objects: StixObject[];
};
const current = bundle.objects.filter((object) => object.revoked !== true && object.x_mitre_deprecated !== true);

const order = current.find((object) => object.type === 'x-mitre-matrix')?.tactic_refs ?? [];
const tactics = current
  .filter((object) => object.type === 'x-mitre-tactic')
  .sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id))
  .map((object) => ({ id: attackId(object), name: object.name ?? '', key: object.x_mitre_shortname ?? '' }));
const tacticIndex = new Map(tactics.map(({ key }, index) => [key, index]));
const techniques = current
  .filter((object) => object.type === 'attack-pattern')
  .map((object) => ({
    id: attackId(object),
    name: object.name ?? '',
    tactics: (object.kill_chain_phases ?? [])
      .filter((phase) => phase.kill_chain_name === 'mitre-attack')
      .map((phase) => tacticIndex.get(phase.phase_name) ?? -1)
      .sort((a, b) => a - b),
    short: shorten(object.description ?? ''),
  }))
  .sort((a, b) => (a.id < b.id ? -1 : 1));

// One technique a line, so that the difference between two versions can be read.
const lines = techniques.map((one) => JSON.stringify([one.id, one.name, one.tactics, one.short]));
const text = `{"attack":${JSON.stringify(version)},\n"tactics":${JSON.stringify(tactics.map(({ id, name, key }) => [id, name, key]))},\n"techniques":[\n${lines.join(',\n')}\n]}\n`;
writeFileSync(TARGET, text);
process.stdout.write(
  `${JSON.stringify({ file: fileURLToPath(TARGET), tactics: tactics.length, techniques: techniques.length, bytes: Buffer.byteLength(text) })}\n`,
);

function attackId(object: StixObject): string {
  const id = object.external_references?.find((reference) => reference.source_name === 'mitre-attack')?.external_id;
  if (id === undefined) throw new Error(`${object.id} has no ATT&CK id`);
  return id;
}

/** The first sentence, without citations, links and markup. */
function shorten(description: string): string {
  const plain = description
    .replaceAll(/\(Citation:[^)]*\)/g, '')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/<\/?code>|`|\*\*/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  const sentence = /^.*?[.!?](?= [A-Z]|$)/.exec(plain)?.[0] ?? plain;
  if (sentence.length <= MAX_SHORT) return sentence;
  return `${sentence.slice(0, sentence.lastIndexOf(' ', MAX_SHORT - 1))}…`;
}
