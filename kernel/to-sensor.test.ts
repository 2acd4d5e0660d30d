import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ToSensor } from '@netsentinel/contracts/wire';
import { readToSensor } from './to-sensor.ts';

const SAID = [
  { t: 'ack', seq: 0, window: 4096 },
  { t: 'blob-kept', request: 1, sha256: 'x', bytes: 9 },
  { t: 'blob-failed', request: 2 },
  { t: 'recalled', request: 3 },
  { t: 'recalled', request: 3, value: new Uint8Array([1]) },
  { t: 'remembered', request: 4 },
];
const value = fc.oneof(
  fc.anything(),
  fc.integer(),
  fc.constantFrom<unknown>(0, -1, 1.5, 2 ** 53, 'x', new Uint8Array(2), undefined, null),
);
const message = fc.oneof(
  fc.anything(),
  // Close to what is said, with one field of it anything.
  fc
    .tuple(fc.constantFrom<Record<string, unknown>>(...SAID), fc.nat(), value, fc.boolean())
    .map(([good, at, other, leaveOut]) => {
      const names = [...Object.keys(good), 'value', 'extra'];
      const name = names[at % names.length]!;
      const { [name]: _, ...rest } = good;
      return leaveOut ? rest : { ...rest, [name]: other };
    }),
);

it('takes for a message exactly what the schema does', () => {
  expect(SAID.map(readToSensor)).toEqual(SAID);
  fc.assert(
    fc.property(message, (raw) => {
      expect(readToSensor(raw) !== undefined).toBe(ToSensor.safeParse(raw).success);
    }),
    { numRuns: 3000 },
  );
});
