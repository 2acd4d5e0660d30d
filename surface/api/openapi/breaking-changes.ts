/**
 * Pure: what of one OpenAPI document would break a client of an older one. A request may only take more than before, an answer may only hold more;
 * new values of an answer's enumeration count as more.
 */

export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

interface Operation {
  readonly 'x-permission'?: string;
  readonly security?: readonly unknown[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
  >;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly additionalProperties?: boolean | Schema;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

/** `input`: what clients send. `output`: what they get. */
type Direction = 'input' | 'output';

/** Deep enough for any schema of ours; recursion ends here. */
const MAX_DEPTH = 12;
/** Bounds that may not be raised, and may not be lowered, for what clients send. */
const LOWER = ['minimum', 'minLength', 'minItems'] as const;
const UPPER = ['maximum', 'maxLength', 'maxItems'] as const;

/** A line for each, in the order of the older document. */
export function breakingChanges(before: OpenApiDocument, after: OpenApiDocument): string[] {
  const found: string[] = [];
  for (const [path, methods] of Object.entries(before.paths))
    for (const [method, was] of Object.entries(methods)) {
      const where = `${method.toUpperCase()} ${path}`;
      const is = after.paths[path]?.[method];
      if (is === undefined) found.push(`${where} is gone`);
      else new Comparison(before, after, found).operation(where, was, is);
    }
  return found;
}

class Comparison {
  readonly #before: OpenApiDocument;
  readonly #after: OpenApiDocument;
  readonly #found: string[];

  constructor(before: OpenApiDocument, after: OpenApiDocument, found: string[]) {
    this.#before = before;
    this.#after = after;
    this.#found = found;
  }

  operation(where: string, was: Operation, is: Operation): void {
    const [mayBefore, mayNow] = [accessOf(was), accessOf(is)];
    if (mayBefore !== mayNow) this.#found.push(`${where} was for ${mayBefore}, and is for ${mayNow}`);
    this.#parameters(where, was.parameters ?? [], is.parameters ?? []);
    const [bodyBefore, bodyNow] = [bodyOf(was.requestBody), bodyOf(is.requestBody)];
    if (bodyBefore === undefined && bodyNow !== undefined) this.#found.push(`${where} takes a body now`);
    if (bodyBefore !== undefined && bodyNow !== undefined)
      this.#schema(`${where} body`, bodyBefore, bodyNow, 'input', 0);
    for (const [status, answer] of Object.entries(was.responses)) {
      if (Number(status) >= 400) continue;
      const now = is.responses[status];
      if (now === undefined) this.#found.push(`${where} does not answer ${status} any more`);
      else this.#answer(`${where} ${status}`, answer.content ?? {}, now.content ?? {});
    }
  }

  #answer(
    where: string,
    was: Readonly<Record<string, { readonly schema: Schema }>>,
    is: Readonly<Record<string, { readonly schema: Schema }>>,
  ): void {
    for (const [type, { schema }] of Object.entries(was)) {
      const now = is[type];
      if (now === undefined) this.#found.push(`${where} is no ${type} any more`);
      else this.#schema(where, schema, now.schema, 'output', 0);
    }
  }

  #parameters(where: string, was: readonly Parameter[], is: readonly Parameter[]): void {
    const now = new Map(is.map((parameter) => [`${parameter.in} ${parameter.name}`, parameter]));
    for (const parameter of was) {
      const key = `${parameter.in} ${parameter.name}`;
      const other = now.get(key);
      now.delete(key);
      if (other === undefined) this.#found.push(`${where} does not take ${key} any more`);
      else {
        if (other.required === true && parameter.required !== true) this.#found.push(`${where} needs ${key} now`);
        this.#schema(`${where} ${key}`, parameter.schema, other.schema, 'input', 0);
      }
    }
    for (const [key, { required }] of now) if (required === true) this.#found.push(`${where} needs ${key} now`);
  }

  #schema(where: string, before: Schema, after: Schema, direction: Direction, depth: number): void {
    const was = resolve(before, this.#before);
    const is = resolve(after, this.#after);
    if (depth > MAX_DEPTH) return;
    if (JSON.stringify(was.type) !== JSON.stringify(is.type) || shapeOf(was) !== shapeOf(is)) {
      this.#found.push(`${where} is of another type`);
      return;
    }
    this.#values(where, was, is, direction);
    this.#properties(where, was, is, direction, depth);
    if (was.items !== undefined && is.items !== undefined)
      this.#schema(`${where}[]`, was.items, is.items, direction, depth + 1);
    const [ways, waysNow] = [waysOf(was), waysOf(is)];
    if (direction === 'input' && waysNow.length < ways.length) this.#found.push(`${where} takes fewer forms`);
    for (const [i, way] of ways.entries()) {
      const now = waysNow[i];
      if (now !== undefined) this.#schema(where, way, now, direction, depth + 1);
    }
  }

  #values(where: string, was: Schema, is: Schema, direction: Direction): void {
    if (JSON.stringify(was.const) !== JSON.stringify(is.const)) this.#found.push(`${where} has another value`);
    if (direction === 'output') return;
    const gone = (was.enum ?? []).filter((value) => !(is.enum ?? [value]).includes(value));
    if (gone.length > 0) this.#found.push(`${where} does not take ${gone.join(', ')} any more`);
    if (was.enum === undefined && is.enum !== undefined) this.#found.push(`${where} takes only some values now`);
    if (was.pattern !== is.pattern && is.pattern !== undefined)
      this.#found.push(`${where} must look like ${is.pattern} now`);
    for (const bound of LOWER)
      if ((is[bound] ?? -Infinity) > (was[bound] ?? -Infinity))
        this.#found.push(`${where} has a higher ${bound}: ${is[bound]}`);
    for (const bound of UPPER)
      if ((is[bound] ?? Infinity) < (was[bound] ?? Infinity))
        this.#found.push(`${where} has a lower ${bound}: ${is[bound]}`);
  }

  #properties(where: string, was: Schema, is: Schema, direction: Direction, depth: number): void {
    const [required, requiredNow] = [new Set(was.required), new Set(is.required)];
    for (const [name, schema] of Object.entries(was.properties ?? {})) {
      const now = is.properties?.[name];
      if (now === undefined) {
        if (direction === 'output' || is.additionalProperties === false) this.#found.push(`${where}.${name} is gone`);
        continue;
      }
      if (direction === 'output' && required.has(name) && !requiredNow.has(name))
        this.#found.push(`${where}.${name} is not always there any more`);
      this.#schema(`${where}.${name}`, schema, now, direction, depth + 1);
    }
    if (direction === 'input')
      for (const name of requiredNow) if (!required.has(name)) this.#found.push(`${where}.${name} is needed now`);
  }
}

function accessOf({ 'x-permission': permission, security = [] }: Operation): string {
  const who = permission ?? (security.length === 0 ? 'anybody' : 'whoever is signed in');
  return security.length === 1 ? `${who} without a token` : who;
}

function bodyOf(body: Operation['requestBody']): Schema | undefined {
  return body?.content['application/json']?.schema;
}

function resolve(schema: Schema, { components }: OpenApiDocument): Schema {
  const name = schema.$ref?.replace('#/components/schemas/', '');
  return name === undefined ? schema : (components.schemas[name] ?? {});
}

function waysOf({ anyOf, oneOf }: Schema): readonly Schema[] {
  return anyOf ?? oneOf ?? [];
}

/** Which keywords say what it is. */
function shapeOf({ anyOf, oneOf }: Schema): string {
  return anyOf === undefined && oneOf === undefined ? 'one' : 'some';
}
