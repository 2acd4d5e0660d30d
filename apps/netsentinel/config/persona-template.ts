/** A persona's file as somebody may edit it: YAML, each key explained by its schema, so that the text never says what is not so. */
import { basename } from 'node:path';
import { isMap, isPair, isScalar, isSeq, parseDocument, stringify, visit } from 'yaml';
import { z } from 'zod';
import { PersonaFile } from '@netsentinel/decoys/persona/persona-file';

interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
}

const WIDTH = 110;

/** `path`: where it is written; the persona is named after it. */
export function personaTemplate(file: PersonaFile, path: string): string {
  const name = basename(path)
    .replace(/\.[a-z]+$/, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]+/g, '-')
    .replace(/^[.-]+/, '');
  const { $schema: _, knownWeak: __, ...rest } = file;
  const doc = parseDocument(stringify({ ...rest, name: name || 'my-machine' }, { lineWidth: WIDTH }));
  const root = z.toJSONSchema(PersonaFile, { io: 'input', unrepresentable: 'any' }) as Schema;
  const explained = new Set<Schema>();
  visit(doc, {
    Pair(_key, pair, ancestors) {
      const steps = ancestors.filter((one) => isPair(one)).map(({ key }) => (isScalar(key) ? String(key.value) : ''));
      const schema = [...steps, isScalar(pair.key) ? String(pair.key.value) : ''].reduce(below, root);
      // Of a list's entries the first alone.
      if (schema?.description === undefined || explained.has(schema) || !isScalar(pair.key)) return;
      explained.add(schema);
      const first = ancestors.at(-1);
      if (isMap(first) && first.items[0] === pair && isSeq(ancestors.at(-2)))
        first.commentBefore ??= wrap(schema.description);
      else pair.key.commentBefore = wrap(schema.description);
      if (steps.length === 0) pair.key.spaceBefore = true;
    },
  });
  return ['# A machine to play (docs/reference/personas.md). Unknown keys are errors.', String(doc)].join('\n');
}

function below(schema: Schema | undefined, key: string): Schema | undefined {
  const here = schema?.items ?? schema;
  const more = here?.additionalProperties;
  return here?.properties?.[key] ?? (typeof more === 'object' ? more : undefined);
}

function wrap(text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1)!;
    if (last.length + word.length > WIDTH - 10) lines.push(` ${word}`);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.join('\n');
}
