/**
 * Events as rules see them: one flat record of fields. Windows events come in as many shapes as there are converters; whatever the shape, the rule's
 * field names (`EventID`, `Provider_Name`, `CommandLine`, …) must find their values.
 */

/** Fields by name. Values are whatever JSON holds; dots in a name may also be levels (see `fieldOf`). */
export type EventRecord = Readonly<Record<string, unknown>>;

const nothing: EventRecord = Object.freeze({});

/**
 * The event as one flat record. Windows events nested by a converter of .evtx files (`Event.System`, `Event.EventData` or `Event.UserData`, attributes
 * under `#attributes`) or by Winlogbeat (`winlog.event_data`) are flattened to the names of the event viewer's details, attributes linked by an
 * underscore as the Sigma taxonomy says (`Provider_Name`). Any other object is returned as it is; what is no object has no fields.
 */
export function nativeEvent(json: unknown): EventRecord {
  if (!isRecord(json)) return nothing;
  const nested = json['Event'];
  if (isRecord(nested) && isRecord(nested['System'])) return flattenWindowsEvent(nested, nested['System']);
  const winlog = json['winlog'];
  if (isRecord(winlog) && (winlog['channel'] !== undefined || isRecord(winlog['event_data'])))
    return flattenWinlogbeat(json, winlog);
  return json;
}

/**
 * A field's value: by its exact name, else by its dotted path (through arrays of objects too, collecting what each holds). Undefined when the event
 * does not have it; null is a value.
 */
export function fieldOf(event: EventRecord, field: string): unknown {
  if (Object.hasOwn(event, field)) return event[field];
  return field.includes('.') ? valueAt(event, partsOf(field), 0) : undefined;
}

/** Names that rules look up, taken apart; there are as many as rules have fields. */
const parts = new Map<string, readonly string[]>();
const maxParts = 65_536;

function partsOf(field: string): readonly string[] {
  let known = parts.get(field);
  if (known === undefined) {
    if (parts.size >= maxParts) parts.clear();
    known = field.split('.');
    parts.set(field, known);
  }
  return known;
}

function valueAt(record: EventRecord, path: readonly string[], from: number): unknown {
  let value: unknown = record;
  for (let at = from; at < path.length; at++) {
    const name = path[at] ?? '';
    if (isRecord(value)) {
      if (!Object.hasOwn(value, name)) return undefined;
      value = value[name];
    } else return Array.isArray(value) ? valuesAt(value, path, at) : undefined;
  }
  return value;
}

function valuesAt(elements: readonly unknown[], path: readonly string[], from: number): unknown {
  const found: unknown[] = [];
  for (const element of elements) {
    const inner = isRecord(element) ? valueAt(element, path, from) : undefined;
    if (inner !== undefined) found.push(inner);
  }
  return found.length === 0 ? undefined : found;
}

function flattenWindowsEvent(event: EventRecord, system: EventRecord): EventRecord {
  const flat: Record<string, unknown> = {};
  for (const name in system) {
    if (name !== '__proto__') flattenElement(flat, name, system[name]);
  }
  addData(flat, event['EventData']);
  const user = event['UserData'];
  if (isRecord(user)) for (const name in user) addData(flat, user[name]);
  // Whoever writes an event chooses its data but not what the system says about it.
  for (const name of ['EventID', 'Channel', 'Computer']) {
    if (system[name] !== undefined) flattenElement(flat, name, system[name]);
  }
  if (isRecord(system['Provider'])) flattenElement(flat, 'Provider', system['Provider']);
  return flat;
}

/** An element with its text under its own name, and each attribute under `element_attribute`. */
function flattenElement(flat: Record<string, unknown>, name: string, value: unknown): void {
  if (!isRecord(value)) {
    flat[name] = value;
    return;
  }
  const attributes = value['#attributes'];
  if (attributes === undefined) {
    for (const attribute in value) if (attribute !== '#text') flat[`${name}_${attribute}`] = value[attribute];
  } else if (isRecord(attributes)) {
    for (const attribute in attributes) flat[`${name}_${attribute}`] = attributes[attribute];
  }
  if (value['#text'] !== undefined) flat[name] = value['#text'];
}

function addData(flat: Record<string, unknown>, data: unknown): void {
  if (!isRecord(data)) return;
  for (const name in data) {
    if (name === '#attributes' || name === '__proto__') continue;
    const value = data[name];
    if (name === 'Data') addNamedData(flat, value);
    else flat[ruleName(name)] = isRecord(value) && value['#text'] !== undefined ? value['#text'] : value;
  }
}

/** Defender writes `Threat Name` where rules say `ThreatName`. */
function ruleName(name: string): string {
  return name.includes(' ') ? name.replaceAll(' ', '') : name;
}

/** `<Data Name="User">…</Data>` becomes `User`; data without names stays in `Data`. */
function addNamedData(flat: Record<string, unknown>, data: unknown): void {
  const unnamed: unknown[] = [];
  for (const element of Array.isArray(data) ? (data as unknown[]) : [data]) {
    const attributes = isRecord(element) ? (element['#attributes'] ?? element['@attributes']) : undefined;
    const name = isRecord(attributes) ? attributes['Name'] : undefined;
    const text = isRecord(element) ? (element['#text'] ?? '') : element;
    if (typeof name === 'string' && name !== '__proto__') flat[ruleName(name)] = text;
    else unnamed.push(text);
  }
  if (unnamed.length > 0) flat['Data'] = unnamed.length === 1 ? unnamed[0] : unnamed;
}

/** Keeps the ECS fields beside the native ones: both `process.executable` and `Image` are found. */
function flattenWinlogbeat(event: EventRecord, winlog: EventRecord): EventRecord {
  const flat: Record<string, unknown> = { ...event };
  const userData = winlog['user_data'];
  if (isRecord(userData)) Object.assign(flat, userData);
  const eventData = winlog['event_data'];
  if (isRecord(eventData)) Object.assign(flat, eventData);
  flat['EventID'] = winlog['event_id'];
  flat['Channel'] = winlog['channel'];
  flat['Provider_Name'] = winlog['provider_name'];
  flat['Computer'] = winlog['computer_name'];
  return flat;
}

/** Whether the value is an object with fields: neither null nor an array. */
export function isRecord(value: unknown): value is EventRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
