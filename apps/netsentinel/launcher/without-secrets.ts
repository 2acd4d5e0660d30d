/** Options of a decoy as others may read them. */

/** Of any decoy's options; what a password may look like is no secret. */
const SECRET = /passw(or)?d$|secret|token|privatekey/i;
const HIDDEN = '***';

/** The same, with `***` in place of each password that is set. */
export function withoutSecrets(options: unknown): unknown {
  if (Array.isArray(options)) return options.map(withoutSecrets);
  if (typeof options !== 'object' || options === null) return options;
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      SECRET.test(name) && typeof value === 'string' && value !== '' ? HIDDEN : withoutSecrets(value),
    ]),
  );
}
