/** Sealed texts (`kernel/sealed-text.ts`) within SQL: functions of ours that DuckDB calls, so that a condition or a group is of what was sealed. */
import { DuckDBScalarFunction, VARCHAR, type DuckDBConnection } from '@duckdb/node-api';
import { eraseField } from '@netsentinel/kernel/erased-event';
import { openEventText } from '@netsentinel/kernel/sealed-event';
import { SEALED, type SealedTexts } from '@netsentinel/kernel/sealed-text';

/**
 * `opened(field, text)`, `opened_event(json)` and `erased_event(field, json)`, for all connections of the database. They run in this thread, for a vector at a time, whichever thread of
 * DuckDB asks: nothing here may wait for a statement without giving way.
 */
export function registerOpening(connection: DuckDBConnection, texts: SealedTexts): void {
  register(connection, 'opened', 2, (field = '', text = '') => texts.open(field, text) ?? text);
  register(connection, 'opened_event', 1, (json = '') => openEventText(json, texts));
  register(connection, 'erased_event', 2, (field = '', json = '') => eraseField(json, field, texts));
}

/** A function of so many texts; null where one of them is. */
function register(
  connection: DuckDBConnection,
  name: string,
  parameters: number,
  work: (...values: string[]) => string,
): void {
  connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name,
      parameterTypes: Array.from({ length: parameters }, () => VARCHAR),
      returnType: VARCHAR,
      mainFunction: (_info, input, output) => {
        const columns = Array.from({ length: parameters }, (_, i) => input.getColumnVector(i));
        for (let row = 0; row < input.rowCount; row++) {
          const values = columns.map((column) => column.getItem(row) as string | null);
          output.setItem(row, values.includes(null) ? null : work(...(values as string[])));
        }
        output.flush();
      },
    }),
  );
}

/** What an element of JSON is once it is opened. @param field a place that is bound. @param element SQL of type JSON. */
export function openedElement(field: string, element: string): string {
  return `CASE WHEN starts_with(CAST(${element} AS VARCHAR), '"${SEALED}') THEN to_json(opened(${field}, ${element}->>'$')) ELSE ${element} END`;
}

/** The event's JSON as whoever may see it reads it. */
export const OPENED_BODY = `CASE WHEN contains(body, '"${SEALED}') THEN opened_event(body) ELSE body END`;
