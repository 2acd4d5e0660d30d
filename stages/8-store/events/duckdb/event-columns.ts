/**
 * The fields that have a column of their own: what filters and charts ask for most. Everything else is read out of `body`, the event as
 * JSON text, which is also what a query gives back.
 */
export interface EventColumn {
  readonly name: string;
  /** Dotted ECS name. */
  readonly field: string;
  readonly path: readonly string[];
  readonly type: 'text' | 'number';
}

const TEXT = [
  'event.id',
  'event.dataset',
  'event.kind',
  'event.action',
  'event.outcome',
  'source.ip',
  'destination.ip',
  'user.name',
  'network.protocol',
  'source.geo.country_iso_code',
  'rule.name',
  'netsentinel.actor',
  'netsentinel.sensor.id',
  'netsentinel.decoy.id',
  'netsentinel.session.id',
];
const NUMBERS = ['source.port', 'destination.port', 'source.as.number', 'http.response.status_code'];

const column = (field: string, type: EventColumn['type']): EventColumn => ({
  name: field.replaceAll('.', '_'),
  field,
  path: field.split('.'),
  type,
});

export const EVENT_COLUMNS: readonly EventColumn[] = [
  ...TEXT.map((field) => column(field, 'text')),
  ...NUMBERS.map((field) => column(field, 'number')),
];

const BY_FIELD = new Map(EVENT_COLUMNS.map((entry) => [entry.field, entry]));

export function columnOf(field: string): EventColumn | undefined {
  return BY_FIELD.get(field);
}
