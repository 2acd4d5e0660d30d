/** Pure: a form for what a JSON Schema describes, of the subset that decoys are configured by; anything else is edited as JSON. */

export interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
}

export type Editor = 'text' | 'number' | 'switch' | 'choice' | 'lines' | 'json';
export type Draft = string | boolean;

export interface Field {
  /** Below the decoy's entry: `options`, `credentials`, `any`. */
  readonly path: readonly string[];
  /** The path as one word. */
  readonly key: string;
  readonly schema: Schema;
  readonly editor: Editor;
  readonly isRequired: boolean;
  /** What stands in it at first. */
  readonly draft: Draft;
}

/** Fields side by side, then groups of them. */
export interface Group {
  readonly name: string;
  readonly about: string | undefined;
  readonly fields: readonly Field[];
  readonly groups: readonly Group[];
}

export interface Change {
  readonly path: readonly string[];
  /** Not there: it is as the default again. */
  readonly value?: unknown;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function editorOf({ type, enum: words, items }: Schema): Editor {
  if (words !== undefined) return words.every((word) => typeof word === 'string') ? 'choice' : 'json';
  if (type === 'string') return 'text';
  if (type === 'integer' || type === 'number') return 'number';
  if (type === 'boolean') return 'switch';
  return type === 'array' && items?.type === 'string' ? 'lines' : 'json';
}

function draftOf(editor: Editor, value: unknown): Draft {
  if (editor === 'switch') return value === true;
  if (value === undefined || value === null) return '';
  if (editor === 'lines' && Array.isArray(value)) return value.map(String).join('\n');
  return editor !== 'json' && (typeof value === 'string' || typeof value === 'number')
    ? String(value)
    : JSON.stringify(value, null, 2);
}

/** `given`: what stands in the configuration; what it leaves out is as the schema's default. Constants are no fields. */
export function groupOf(schema: Schema, given: unknown, path: readonly string[] = []): Group {
  const values = isRecord(given) ? given : isRecord(schema.default) ? schema.default : {};
  const fields: Field[] = [];
  const groups: Group[] = [];
  for (const [name, part] of Object.entries(schema.properties ?? {})) {
    if (part.const !== undefined) continue;
    const at = [...path, name];
    const value = Object.hasOwn(values, name) ? values[name] : part.default;
    if (part.type === 'object' && part.properties !== undefined) groups.push(groupOf(part, value, at));
    else {
      // A hidden secret, say, stands where a text does: it is shown as what it is.
      const editor = isRecord(value) ? 'json' : editorOf(part);
      const isRequired = schema.required?.includes(name) === true && part.default === undefined;
      fields.push({ path: at, key: at.join('.'), schema: part, editor, isRequired, draft: draftOf(editor, value) });
    }
  }
  return { name: path.at(-1) ?? '', about: schema.description, fields, groups };
}

export function fieldsOf({ fields, groups }: Group): Field[] {
  return [...fields, ...groups.flatMap(fieldsOf)];
}

/** What a draft means; the error says why it means nothing. */
export function meaningOf(
  field: Field,
  draft: Draft,
): { readonly value?: unknown } | { readonly error: 'json' | 'number' } {
  if (typeof draft === 'boolean') return { value: draft };
  switch (field.editor) {
    case 'number':
      if (draft.trim() === '') return {};
      return Number.isFinite(Number(draft)) ? { value: Number(draft) } : { error: 'number' };
    case 'lines':
      return {
        value: draft
          .split('\n')
          .map((line) => line.trim())
          .filter((line) => line !== ''),
      };
    case 'json':
      if (draft.trim() === '') return {};
      try {
        return { value: JSON.parse(draft) as unknown };
      } catch {
        return { error: 'json' };
      }
    default:
      return draft === '' && !field.isRequired ? {} : { value: draft };
  }
}

/** What the server finds wrong, at its field where it names one: lines such as `netsentinel.yaml:3:5: decoys.0.port: too big`. */
export function faultsOf(
  words: string,
  index: number,
  keys: readonly string[],
): { readonly byField: ReadonlyMap<string, string>; readonly others: readonly string[] } {
  const byField = new Map<string, string>();
  const others: string[] = [];
  for (const line of words.split('\n')) {
    const [, place, path, said] = /(?:^|\s)decoys\.(\d+)\.([\w.-]+): (.*)$/.exec(line) ?? [];
    const key =
      path !== undefined && Number(place) === index
        ? keys
            .filter((one) => path === one || path.startsWith(`${one}.`))
            .toSorted((a, b) => b.length - a.length)
            .at(0)
        : undefined;
    if (key === undefined || said === undefined) others.push(line);
    else byField.set(key, byField.has(key) ? `${byField.get(key)!} ${said}` : said);
  }
  return { byField, others: others.filter((line) => line.trim() !== '') };
}
