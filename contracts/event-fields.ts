/** The names of fields that an event can carry, by its schema: what may be asked for by people who can mistype. */
import type { z } from 'zod';
import { Event } from './event.ts';
import { FieldName } from './event-store.ts';

/** As zod writes a schema down. */
interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly innerType?: z.core.$ZodType;
  readonly element?: z.core.$ZodType;
}

const MAX_SUGGESTED = 3;
const known = new Set<string>();
const numbers = new Set<string>();
/** Groups with any names below them: a vendor's own, and what a client set for its session. */
const open: string[] = [];
visit(Event, '');

function visit(schema: z.core.$ZodType, path: string): void {
  const { type, shape, innerType, element } = schema._zod.def as unknown as Definition;
  const inner = innerType ?? element;
  if (shape !== undefined)
    for (const [name, below] of Object.entries(shape)) visit(below, path === '' ? name : `${path}.${name}`);
  else if (inner !== undefined) visit(inner, path);
  else if (type === 'record' || type === 'unknown') open.push(`${path}.`);
  else {
    known.add(path);
    if (type === 'number') numbers.add(path);
  }
}

/** Whether an event can have a value of this name: `source.ip`, `zeek.conn.history`; a group (`source`) has none itself. */
export function isEventField(name: string): boolean {
  return known.has(name) || (FieldName.safeParse(name).success && open.some((group) => name.startsWith(group)));
}

/** Whether its values are numbers wherever an event has it, as the schema says. */
export function isNumberField(name: string): boolean {
  return numbers.has(name);
}

/** Fields of which this could be a short form or a part: `ip` → `client.ip`, `destination.ip`, … */
export function fieldsLike(name: string): string[] {
  const last = name.slice(name.lastIndexOf('.') + 1);
  const alike = [...known].filter((field) => field.endsWith(`.${last}`) || field.startsWith(`${name}.`));
  return alike.slice(0, MAX_SUGGESTED);
}

/** All names of the schema, in its order; those below a vendor's own groups are not known. */
export function eventFields(): readonly string[] {
  return [...known];
}
