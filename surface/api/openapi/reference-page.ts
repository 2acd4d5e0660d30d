/**
 * Pure: the OpenAPI document as one page for people, which asks nobody else for anything and runs no script.
 */
import { createHash } from 'node:crypto';
import { Html, html } from '@netsentinel/kernel/html';

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly propertyNames?: Schema;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}
type Content = Readonly<Record<string, { readonly schema?: Schema }>>;
interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly security: readonly unknown[];
  readonly 'x-permission'?: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly description?: string;
    readonly schema: Schema;
  }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}
export interface OpenApiDocument {
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d5d9e0, #333a45); --soft: light-dark(#f4f5f7, #1b1f26); --dim: light-dark(#5a6270, #a0a8b4); --accent: light-dark(#0b5cad, #7db8f5) }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; font: 16px/1.5 system-ui, sans-serif; background: light-dark(#fff, #12151a); color: light-dark(#1a1d23, #e8eaed) }
code, pre, .path { font-family: ui-monospace, monospace; font-size: .9em; overflow-wrap: anywhere }
pre { background: var(--soft); padding: .6rem .8rem; border-radius: 6px; white-space: pre-wrap }
a { color: var(--accent) }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: 0; list-style: none }
details { border: 1px solid var(--line); border-radius: 8px; margin: .5rem 0; background: var(--soft) }
details > *:not(summary) { margin-inline: .9rem }
summary { padding: .5rem .9rem; cursor: pointer }
summary b { display: inline-block; min-width: 4.2rem }
summary span { color: var(--dim) }
.scroll { overflow-x: auto }
table { border-collapse: collapse; width: 100%; margin: .4rem 0 1rem }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line) }
.dim { color: var(--dim) }
`;

/** Its text is what the policy knows by its hash. */
const STYLE_ELEMENT = new Html(`<style>${STYLE}</style>`);

/** Of this page alone: its one style, and nothing else. */
export const REFERENCE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export function referencePage({ info, tags, paths, components }: OpenApiDocument): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => operationOf(method.toUpperCase(), path, operation)),
  );
  const sections = tags.map(
    ({ name }) =>
      html`<section>
        <h2 id="${name}">${title(name)}</h2>
        ${operations.filter(({ tag }) => tag === name).map(({ part }) => part)}
      </section>`,
  );
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) =>
      html`<details id="schema-${name}">
        <summary><b>${name}</b></summary>
        ${fieldsOf(schema)}
      </details>`,
  );
  const links = [...tags.map(({ name }) => name), 'schemas'].map(
    (name) => html`<li><a href="#${name}">${title(name)}</a></li>`,
  );
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${info.title} API ${info.version}</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        <header>
          <h1>${info.title} API <span class="dim">${info.version}</span></h1>
          <p>${info.description} The same for programs: <a href="/api/v1/openapi.json">OpenAPI 3.1</a>.</p>
          <p>Programs show a token, which is made in the console’s settings:</p>
          <pre>curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8088/api/v1/incidents?limit=5</pre>
        </header>
        <nav aria-label="Sections">
          <ul>
            ${links}
          </ul>
        </nav>
        <main>
          ${sections}
          <section>
            <h2 id="schemas">Schemas</h2>
            ${schemas}
          </section>
        </main>
      </body>
    </html> `.text;
}

function operationOf(
  method: string,
  path: string,
  operation: Operation,
): { readonly tag: string; readonly part: Html } {
  const { operationId, summary, tags, parameters, requestBody, responses } = operation;
  const taken = parameters.map(({ name, in: where, required, description, schema }) => [
    html`<code>${name}</code>${required ? undefined : html` <span class="dim">may be left out</span>`}`,
    html`${where}`,
    kindOf(schema),
    html`${description}`,
  ]);
  const answers = Object.entries(responses).map(([status, { description, content }]) => [
    html`${status}`,
    html`${description}`,
    html`${Object.entries(content ?? {}).map(([type, { schema }]) => contentOf(type, schema))}`,
  ]);
  const part = html`<details id="${operationId}">
    <summary><b>${method}</b> <code>${path}</code><br /><span>${summary}</span></summary>
    <p>${whoOf(operation)}</p>
    ${taken.length === 0 ? undefined : table(['Parameter', 'In', 'Kind', 'What'], taken)}${bodyOf(requestBody?.content)}${table(['Status', 'When', 'Body'], answers)}
  </details>`;
  return { tag: tags[0] ?? '', part };
}

function whoOf({ security, 'x-permission': permission }: Operation): Html {
  if (security.length === 0) return html`For anybody.`;
  const byToken = security.length > 1 ? undefined : html` A token is not enough.`;
  if (permission === undefined) return html`For whoever is signed in.${byToken}`;
  return html`Takes the permission <code>${permission}</code>.${byToken}`;
}

function bodyOf(content: Content = {}): Html | undefined {
  const [first] = Object.entries(content);
  if (first?.[1].schema === undefined) return undefined;
  return html`<h3>Body <span class="dim">${first[0]}</span></h3>
    ${fieldsOf(first[1].schema)}`;
}

function contentOf(type: string, schema: Schema | undefined): Html {
  return type === 'application/json' && schema !== undefined ? fieldsOf(schema) : html`<code>${type}</code>`;
}

/** An object field by field; anything else in one line. */
function fieldsOf(schema: Schema): Html {
  if (schema.properties === undefined) return kindOf(schema);
  const rows = Object.entries(schema.properties).map(([name, field]) => [
    html`<code>${name}</code
      >${schema.required?.includes(name) === true ? undefined : html` <span class="dim">may be missing</span>`}`,
    kindOf(field),
    html`${field.description}`,
  ]);
  return table(['Field', 'Kind', 'What'], rows);
}

function kindOf(schema: Schema): Html {
  const { $ref, enum: values, anyOf, oneOf, allOf, items, properties, additionalProperties } = schema;
  if ($ref !== undefined) {
    const name = $ref.replace(/^.*\//, '');
    return html`<a href="#schema-${name}">${name}</a>`;
  }
  if ('const' in schema) return html`<code>${JSON.stringify(schema.const)}</code>`;
  if (values !== undefined)
    return listed(
      values.map((value) => html`<code>${JSON.stringify(value)}</code>`),
      ' · ',
    );
  const several = anyOf ?? oneOf ?? allOf;
  if (several !== undefined) return listed(several.map(kindOf), allOf === undefined ? ' or ' : ' and ');
  if (items !== undefined) return html`list of ${kindOf(items)}`;
  if (properties !== undefined) return html`{ ${Object.keys(properties).join(', ')} }`;
  if (typeof additionalProperties === 'object') return html`by name: ${kindOf(additionalProperties)}`;
  const type = [schema.type ?? 'anything'].flat().join(' or ');
  return html`${[type, schema.format, boundsOf(schema)].filter(Boolean).join(', ')}`;
}

function listed(parts: readonly Html[], between: string): Html {
  return html`${parts.map((part, i) => html`${i === 0 ? '' : between}${part}`)}`;
}

function boundsOf({ minimum, maximum, minLength, maxLength, default: standard }: Schema): string {
  // What a number can be at all is no bound of ours.
  const isBound = (value: number | undefined): boolean =>
    value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER;
  const range = [
    isBound(minimum) && `from ${minimum}`,
    isBound(maximum) && `to ${maximum}`,
    minLength !== undefined && `from ${minLength} characters`,
    maxLength !== undefined && `to ${maxLength} characters`,
    standard !== undefined && `${JSON.stringify(standard)} without it`,
  ];
  return range.filter((part) => part !== false).join(' ');
}

function table(heads: readonly string[], rows: readonly (readonly Html[])[]): Html {
  return html`<div class="scroll" tabindex="0">
    <table>
      <thead>
        <tr>
          ${heads.map((head) => html`<th scope="col">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (cells) =>
            html`<tr>
              ${cells.map((cell) => html`<td>${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function title(tag: string): string {
  return tag.charAt(0).toUpperCase() + tag.slice(1);
}
