/** Replies with the machine's values in them: `{host}`, `{user}`, `{hex:8}`; `{{` is a brace. */
import { randomBytes, randomInt } from 'node:crypto';
import type { Persona } from '../persona/persona.types.ts';
import type { Endpoint } from '../service/service.types.ts';

/** What a template can name besides captures. */
export interface TemplateScope {
  readonly persona: Persona;
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly now: number;
  readonly captures: ReadonlyMap<string, string>;
  /** Drawn once a session, by `kind:length`. */
  readonly drawn: Map<string, string>;
}

export type Template = (scope: TemplateScope) => string;

const MAX_LENGTH = 256;
const MAX_RESULT = 65_536;
const DRAWN = new Set(['hex', 'digits', 'letters', 'bytes']);

const VALUES: Readonly<Record<string, (scope: TemplateScope) => string>> = {
  host: ({ persona }) => persona.hostname,
  domain: ({ persona }) => persona.domain,
  fqdn: ({ persona }) => `${persona.hostname}.${persona.domain}`,
  organization: ({ persona }) => persona.organization.name,
  account: ({ persona }) => persona.users.find(({ login, uid }) => login && uid >= 1000)?.name ?? 'admin',
  mac: ({ persona }) => persona.network.mac,
  model: ({ persona }) => persona.hardware.model,
  ip: ({ destination }) => plain(destination.ip),
  port: ({ destination }) => String(destination.port),
  client: ({ source }) => plain(source.ip),
  client_port: ({ source }) => String(source.port),
  date: ({ now }) => new Date(now).toUTCString().replace('GMT', '+0000'),
  http_date: ({ now }) => new Date(now).toUTCString(),
  epoch: ({ now }) => String(Math.floor(now / 1000)),
  uptime: ({ persona, now }) => String(Math.floor((now - persona.bootedAt(now)) / 1000)),
};

/** Names that templates know without any capture. */
export const TEMPLATE_VALUES: readonly string[] = Object.keys(VALUES);

/** Undefined where a name is unknown; `captures` are those that the exchange has. */
export function compileTemplate(
  text: string,
  captures: ReadonlySet<string>,
): { readonly template: Template } | { readonly unknown: string } {
  const parts: Template[] = [];
  let at = 0;
  for (const match of text.matchAll(/\{\{|\{([a-z_]+)(?::([a-z0-9_-]{1,32}(?::\d{1,3})?))?\}/g)) {
    const before = text.slice(at, match.index);
    parts.push(() => before);
    at = match.index + match[0].length;
    const [all, name, argument] = match;
    if (all === '{{') {
      parts.push(() => '{');
      continue;
    }
    const part = valueOf(name!, argument, captures);
    if (part === undefined) return { unknown: name! };
    parts.push(part);
  }
  const rest = text.slice(at);
  return { template: (scope) => (parts.map((part) => part(scope)).join('') + rest).slice(0, MAX_RESULT) };
}

function valueOf(name: string, argument: string | undefined, captures: ReadonlySet<string>): Template | undefined {
  if (captures.has(name) && argument === undefined) return ({ captures: values }) => values.get(name) ?? '';
  if (DRAWN.has(name) && argument !== undefined && /^\d+$/.test(argument)) {
    const length = Math.min(Number(argument), MAX_LENGTH);
    return ({ drawn }) => draw(drawn, name, length);
  }
  if (name === 'hexof' && argument !== undefined) {
    const [inner, length] = argument.split(':');
    const of = valueOf(inner!, length, captures);
    return of === undefined ? undefined : (scope) => Buffer.from(of(scope), 'latin1').toString('hex');
  }
  if (name === 'fixed' && argument?.includes(':') === true) {
    const [purpose, length] = argument.split(':');
    return ({ persona }) =>
      Buffer.from(persona.derive(`scripted ${purpose}`, Math.min(Number(length), MAX_LENGTH)))
        .toString('hex')
        .slice(0, Number(length));
  }
  return argument === undefined && Object.hasOwn(VALUES, name) ? VALUES[name] : undefined;
}

/** The same for a whole session, so that what was said first can be said again. */
function draw(drawn: Map<string, string>, kind: string, length: number): string {
  const key = `${kind}:${length}`;
  const known = drawn.get(key);
  if (known !== undefined) return known;
  let text = '';
  if (kind === 'hex')
    text = randomBytes(Math.ceil(length / 2))
      .toString('hex')
      .slice(0, length);
  else if (kind === 'bytes') text = randomBytes(length).toString('latin1');
  else
    for (let i = 0; i < length; i++)
      text += kind === 'digits' ? String(randomInt(10)) : String.fromCharCode(97 + randomInt(26));
  drawn.set(key, text);
  return text;
}

function plain(ip: string): string {
  return ip.startsWith('::ffff:') && ip.includes('.') ? ip.slice(7) : ip;
}
