/** Messages as processes send them, with one field that is another, is missing, or should not be there: for checks that must take what a schema takes. */
import fc from 'fast-check';

/** @param good messages that are right; @param value what may stand in a field instead */
export function damagedMessage(
  good: readonly Readonly<Record<string, unknown>>[],
  value: fc.Arbitrary<unknown>,
): fc.Arbitrary<Record<string, unknown>> {
  return fc.tuple(fc.constantFrom(...good), fc.nat(), value, fc.boolean()).map(([message, at, other, leaveOut]) => {
    const names = [...Object.keys(message), 'extra'];
    const name = names[at % names.length]!;
    const { [name]: _, ...rest } = message;
    return leaveOut ? rest : { ...rest, [name]: other };
  });
}
