/**
 * A condition on a field as it stands in an address: `FIELD:OP:VALUE`, with `!` in front for its opposite.
 *
 *     source.ip:cidr:192.0.2.0/24      event.action:in:["ssh-login","ssh-command"]
 *     user.name:contains:adm           netsentinel.decoy.id:exists
 *     source.port:gte:1024             !event.outcome:eq:success
 */
import { EventFilter } from '@netsentinel/contracts/event-store';
import { fieldsLike, isEventField, isNumberField } from '@netsentinel/contracts/event-fields';
import { err, ok, type Result } from '@netsentinel/contracts/result';
import { parseNetwork } from '@netsentinel/kernel/address';

type Op = EventFilter['op'];

const OPS = EventFilter.shape.op.options;
/** Nanoseconds since 1970 have 19 digits. */
const NUMBER = /^-?\d{1,19}(\.\d{1,15})?$/;
/** Operators that compare with the value as a whole. */
const COMPARES: ReadonlySet<Op> = new Set(['eq', 'gt', 'gte', 'lt', 'lte']);
/** As much of what was sent is said back. */
const MAX_SAID = 80;

/** The error says what is wrong with it. */
export function parseFilter(text: string): Result<EventFilter> {
  const not = text.startsWith('!');
  const [field = '', op = ''] = text.slice(Number(not)).split(':', 2);
  const rest = text.slice(Number(not) + field.length + op.length + 2);
  const wrong = fieldProblem(field);
  if (wrong !== undefined) return err(wrong);
  if (!isOp(op)) return err(`${said(op)} is none of ${OPS.join(', ')}: a filter is FIELD:OP:VALUE`);
  if (op === 'exists') {
    if (rest !== '') return err('exists takes no value');
    return ok({ field, op, ...(not ? { not } : {}) });
  }
  if (!text.slice(Number(not) + field.length + 1).includes(':'))
    return err(`${op} needs a value: ${field}:${op}:VALUE`);
  const value = isNumberField(field) ? parseNumbers(field, op, rest) : parseValue(op, rest);
  if (!value.ok) return value;
  return ok({ field, op, value: value.value, ...(not ? { not } : {}) });
}

/** What is wrong with a field's name, or undefined. */
export function fieldProblem(name: string): string | undefined {
  if (isEventField(name)) return undefined;
  const alike = fieldsLike(name);
  return `an event has no field ${said(name)}${alike.length === 0 ? '' : `; is it ${alike.join(', ')}?`}`;
}

function parseValue(op: Op, text: string): Result<NonNullable<EventFilter['value']>> {
  if (op === 'in') return parseList(text);
  if (op === 'cidr' && parseNetwork(text) === undefined) return err(`${said(text)} is no network such as 192.0.2.0/24`);
  const isOrder = op === 'gt' || op === 'gte' || op === 'lt' || op === 'lte';
  const value = isOrder && NUMBER.test(text) ? Number(text) : text;
  return EventFilter.shape.value.safeParse(value).success ? ok(value) : err('the value is too long');
}

/** Of a field that has numbers alone: whatever is none would find nothing. */
function parseNumbers(field: string, op: Op, text: string): Result<NonNullable<EventFilter['value']>> {
  const wrong = (value: string): Result<never> =>
    err(`${said(value)} is no number such as -1, 22 or 0.5, and ${field} has numbers alone`);
  if (COMPARES.has(op)) return NUMBER.test(text) ? ok(Number(text)) : wrong(text);
  const value = parseValue(op, text);
  if (op !== 'in' || !value.ok) return value;
  const items = [value.value].flat().map(String);
  const none = items.find((item) => !NUMBER.test(item));
  return none === undefined ? ok(items.map(Number)) : wrong(none);
}

function parseList(text: string): Result<NonNullable<EventFilter['value']>> {
  try {
    const list = EventFilter.shape.value.safeParse(JSON.parse(text));
    if (list.success && Array.isArray(list.data)) return ok(list.data);
  } catch {
    // Told below.
  }
  return err('in takes a JSON list of at most 1,000 texts and numbers: ["a","b"]');
}

function isOp(text: string): text is Op {
  return (OPS as readonly string[]).includes(text);
}

function said(text: string): string {
  return JSON.stringify(text.slice(0, MAX_SAID));
}
