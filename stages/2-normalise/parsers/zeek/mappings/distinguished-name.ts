/** X.509 names as Zeek writes them: `CN=www.example.org,O=Example\, Inc.,C=US`. */

/** Attribute types as Elastic's integration calls them below `zeek.*`; ECS calls a state `state_or_province`. */
const NAMES: Readonly<Record<string, string>> = {
  C: 'country',
  CN: 'common_name',
  L: 'locality',
  O: 'organization',
  OU: 'organizational_unit',
  ST: 'state',
};

export interface DistinguishedName {
  /** Without escaped commas, as Elastic has it. */
  readonly text: string;
  /** Below `zeek.*`. */
  readonly own: Record<string, unknown>;
  /** Below `x509.subject` and `x509.issuer`. */
  readonly ecs: Record<string, unknown>;
}

const MAX_PARTS = 64;

export function distinguishedName(value: unknown): DistinguishedName | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  const text = value.replaceAll('\\,', '');
  const own: Record<string, string | string[]> = {};
  let last: string | undefined;
  for (const part of text.split(',', MAX_PARTS)) {
    const equals = part.indexOf('=');
    const name = equals === -1 ? undefined : NAMES[part.slice(0, equals)];
    if (name !== undefined) {
      const known = own[name];
      const item = part.slice(equals + 1);
      own[name] = known === undefined ? item : [...(Array.isArray(known) ? known : [known]), item];
      last = name;
    } else if (equals === -1 && last !== undefined && typeof own[last] === 'string') own[last] += `,${part}`;
    else last = undefined;
  }
  const ecs: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(own)) {
    // Elastic takes into ECS what is named once only.
    if (typeof item === 'string') ecs[name === 'state' ? 'state_or_province' : name] = [item];
  }
  return { text, own, ecs };
}
