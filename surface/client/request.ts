/** Pure: an operation and what is asked of it, as a path, headers and a body. */
import { ApiError } from './api-error.ts';
import { HEADERS, OPERATIONS } from './operations.generated.ts';
import type { Operations } from './types.generated.ts';

export type OperationId = keyof Operations;
export type RequestOf<Id extends OperationId> = Operations[Id]['request'];

type Value = string | number | boolean | undefined;

export interface BuiltRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** Throws an `ApiError` of status 0 where a part of the path cannot stand there. */
export function build(operation: OperationId, request: object): BuiltRequest {
  const [method, template] = OPERATIONS[operation];
  const { body, ...members } = request as { readonly body?: unknown };
  const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  const query = new URLSearchParams();
  let path: string = template;
  const parameters: [string, Value | readonly Value[]][] = Object.entries(members);
  for (const [name, value] of parameters) {
    const placeholder = `{${name}}`;
    const values = [value].flat().filter((one) => one !== undefined);
    if (template.includes(placeholder)) path = path.replace(placeholder, () => segment(name, values[0]));
    else if (isHeader(name)) for (const one of values) headers[HEADERS[name]] = String(one);
    else for (const one of values) query.append(name, String(one));
  }
  const missing = /\{(\w+)\}/.exec(path)?.[1];
  if (missing !== undefined) throw new ApiError(0, `${missing} is missing.`);
  const asked = query.toString();
  return {
    method,
    path: asked === '' ? path : `${path}?${asked}`,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
  };
}

/** One segment of a path. `.` and `..` would be another path, also where they are percent-encoded (WHATWG URL, section 4.5). */
function segment(name: string, value: Value = ''): string {
  const text = String(value).toWellFormed();
  if (/^\.{0,2}$/.test(text)) throw new ApiError(0, `There is nothing of the ${name} “${text}”.`);
  return encodeURIComponent(text);
}

function isHeader(name: string): name is keyof typeof HEADERS {
  return Object.hasOwn(HEADERS, name);
}
