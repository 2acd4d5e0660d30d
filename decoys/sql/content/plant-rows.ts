/** Puts the honeytokens' rows behind the others of their table. */
import { honeytokenSecrets } from '../../honeytoken/draw-honeytokens.ts';
import type { Persona } from '../../persona/persona.types.ts';
import type { Value } from '../values.ts';
import type { ContentColumn, ContentTable } from './content.types.ts';
import { People } from './people.ts';
import { plantedTable } from './planted-rows.ts';

/** The same tables, one of them with the rows, where this is their database. */
export function withPlantedRows(
  persona: Persona,
  database: string,
  until: number,
  tables: readonly ContentTable[],
): ContentTable[] {
  const place = plantedTable(persona);
  return tables.map((table) =>
    place?.database === database && place.table === table.name
      ? { ...table, rows: () => [...table.rows(), ...plantedRows(persona, table, until)] }
      : table,
  );
}

function plantedRows(persona: Persona, table: ContentTable, until: number): readonly (readonly Value[])[] {
  const people = new People(persona, `planted ${table.name}`);
  const first = table.rows().length + 1;
  return honeytokenSecrets(persona).rows.map((row, i) =>
    table.columns.map((column) => valueOf(column, row, first + i, people, until)),
  );
}

function valueOf(
  { name, optional, default: fallback }: ContentColumn,
  { email, name: person, apiKey }: ReturnType<typeof honeytokenSecrets>['rows'][number],
  id: number,
  people: People,
  until: number,
): Value {
  const [given = '', family = ''] = person.split(' ');
  switch (name) {
    case 'id':
    case 'ID':
      return id;
    case 'email':
    case 'user_email':
      return email;
    case 'username':
    case 'user_login':
    case 'user_nicename':
      return email.split('@')[0]!;
    case 'full_name':
    case 'display_name':
      return person;
    case 'first_name':
      return given;
    case 'last_name':
      return family;
    case 'api_token':
    case 'api_key':
      return apiKey;
    case 'password':
    case 'user_pass':
      return name === 'user_pass' ? people.phpass() : people.bcrypt();
    case 'created_at':
    case 'user_registered':
      return people.time(until);
    default:
      return fallback ?? (optional === true ? null : '');
  }
}
