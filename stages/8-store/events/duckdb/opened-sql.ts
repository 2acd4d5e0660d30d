/** Sealed texts (`kernel/sealed-text.ts`) within SQL: functions of ours that DuckDB calls, so that a condition or a group is of what was sealed. */
import { DuckDBScalarFunction, VARCHAR, type DuckDBConnection } from '@duckdb/node-api';
import { openEventText } from '@netsentinel/kernel/sealed-event';
import { SEALED, type SealedTexts } from '@netsentinel/kernel/sealed-text';

/**
 * `opened(field, text)` and `opened_event(json)`, for all connections of the database. They run in this thread, for a vector at a time, whichever thread of
 * DuckDB asks: nothing here may wait for a statement without giving way.
 */
export function registerOpening(connection: DuckDBConnection, texts: SealedTexts): void {
  connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name: 'opened',
      parameterTypes: [VARCHAR, VARCHAR],
      returnType: VARCHAR,
      mainFunction: (_info, input, output) => {
        const [fields, values] = [input.getColumnVector(0), input.getColumnVector(1)];
        for (let row = 0; row < input.rowCount; row++) {
          const value = values.getItem(row) as string | null;
          output.setItem(row, value === null ? null : (texts.open(String(fields.getItem(row)), value) ?? value));
        }
        output.flush();
      },
    }),
  );
  connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name: 'opened_event',
      parameterTypes: [VARCHAR],
      returnType: VARCHAR,
      mainFunction: (_info, input, output) => {
        const values = input.getColumnVector(0);
        for (let row = 0; row < input.rowCount; row++) {
          const value = values.getItem(row) as string | null;
          output.setItem(row, value === null ? null : openEventText(value, texts));
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
