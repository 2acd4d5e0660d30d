/**
 * The honeytokens of a machine, drawn from its seed: the same for ever on one install, and on no other. Their secrets are of no use anywhere; in form they are
 * what the real ones are.
 */
import type { Honeytoken, HoneytokenKind } from '@netsentinel/contracts/honeytoken';
import type { Persona } from '../persona/persona.types.ts';
import { plantedTable } from '../sql/content/planted-rows.ts';
import { sharedPlace } from './share-place.ts';
import { webRootPlaces } from './web-root.ts';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const LETTERS = 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const ROW_NAMES = ['anna_weber', 'marc_dubois', 'l_novak', 'sofia_rossi', 'p_jansen', 'j_olsen', 'm_garcia', 'k_nowak'];
const ROWS = 6;

/** An account of the machine's own database, where it has one, with which its applications log in; else of another's. */
export interface DatabaseSecret {
  readonly engine: 'mysql' | 'postgresql';
  /** `127.0.0.1` where it is the machine's own. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly name: string;
}

/** What stands in files and rows; `Honeytoken` tells of it. */
export interface HoneytokenSecrets {
  readonly aws: { readonly id: string; readonly secret: string };
  /** Of the role that a cloud's metadata gives to the machine itself, for some hours. */
  readonly role: { readonly id: string; readonly secret: string };
  readonly database: DatabaseSecret;
  readonly account: { readonly user: string; readonly password: string };
  readonly kubernetes: { readonly token: string; readonly cluster: string };
  readonly url: string;
  readonly apiKey: string;
  readonly rows: readonly { readonly email: string; readonly name: string; readonly apiKey: string }[];
  /** Another machine that the others lead to. */
  readonly neighbour: string;
}

/** Places on the machine's disk, by what lies there. Personas without files of their own have none. */
export interface HoneytokenPlaces {
  readonly aws: string;
  readonly environment: string;
  readonly kubeconfig: string;
  readonly script: string;
  readonly notes: string;
}

const drawn = new WeakMap<Persona, HoneytokenSecrets>();

export function honeytokenSecrets(persona: Persona): HoneytokenSecrets {
  const known = drawn.get(persona);
  if (known !== undefined) return known;
  const word = (purpose: string, length: number, alphabet: string): string =>
    Array.from(persona.derive(`honeytoken ${purpose}`, length), (byte) => alphabet[byte % alphabet.length]!).join('');
  const hex = (purpose: string, length: number): string =>
    Buffer.from(persona.derive(`honeytoken ${purpose}`, length))
      .toString('hex')
      .slice(0, length);
  const { short } = persona.organization;
  const servers = persona.neighbours.filter(({ role }) => role === 'server' || role === 'nas');
  const host = `${servers[0]?.hostname ?? 'backup'}.${persona.domain}`;
  const own = persona.databases.find(({ content }) => content === 'wordpress') ?? persona.databases[0];
  const engine = own?.engine ?? 'mysql';
  const secrets: HoneytokenSecrets = {
    aws: { id: `AKIA${word('aws id', 16, BASE32)}`, secret: word('aws secret', 40, LETTERS) },
    role: { id: `ASIA${word('aws role', 16, BASE32)}`, secret: word('aws role secret', 40, LETTERS) },
    database: {
      engine,
      host: own === undefined ? `${servers.at(-1)?.hostname ?? 'db01'}.${persona.domain}` : '127.0.0.1',
      port: engine === 'mysql' ? 3306 : 5432,
      user: own?.owner ?? `${short}_app`.slice(0, 30),
      password: word('database password', 20, LETTERS),
      name: own?.name ?? `${short}_prod`,
    },
    account: { user: `svc_backup_${hex('account', 6)}`, password: word('account password', 16, LETTERS) },
    kubernetes: {
      token: jsonWebToken(word('kubernetes signature', 171, BASE64URL), hex('kubernetes id', 12)),
      cluster: `${short}-prod`,
    },
    url: `https://${host}/exports/${hex('url', 24)}/`,
    apiKey: `sk_live_${word('api key', 24, LETTERS)}`,
    rows: Array.from({ length: ROWS }, (_, i) => {
      const name = ROW_NAMES[persona.derive(`honeytoken row name ${i}`, 1)[0]! % ROW_NAMES.length]!;
      return {
        email: `${name}_${hex(`row ${i}`, 8)}@${short}-mail.example`,
        name: name
          .split('_')
          .map((part) => part[0]!.toUpperCase() + part.slice(1))
          .join(' '),
        apiKey: `ak_${hex(`row key ${i}`, 32)}`,
      };
    }),
    neighbour: host,
  };
  drawn.set(persona, secrets);
  return secrets;
}

export function honeytokenPlaces(persona: Persona): HoneytokenPlaces | undefined {
  if (persona.files === 'none' || persona.files === 'busybox') return undefined;
  const home = persona.users.find(({ login, uid }) => login && uid >= 1000)?.home ?? '/root';
  return {
    aws: '/root/.aws/credentials',
    environment: `/opt/${persona.organization.short}/.env`,
    kubeconfig: '/root/.kube/config',
    script: '/usr/local/sbin/offsite-backup',
    notes: `${home}/notes.txt`,
  };
}

/**
 * The password of an account of the persona's own services that lies about on its disk, and must let in: an application logs in with it.
 * @param realm whose accounts: `mysql`, `postgres`
 */
export function plantedPassword(persona: Persona, realm: string, user: string): string | undefined {
  const { account, database } = honeytokenSecrets(persona);
  // What the gateway's memory gave away is the account of a session.
  if (realm === 'fortigate') return user === account.user ? account.password : undefined;
  if (database.host !== '127.0.0.1' || user !== database.user) return undefined;
  return realm === (database.engine === 'mysql' ? 'mysql' : 'postgres') ? database.password : undefined;
}

/** @param machine what the machine is called in the configuration */
export function honeytokensOf(persona: Persona, machine: string): readonly Honeytoken[] {
  const disk = honeytokenPlaces(persona);
  const web = webRootPlaces(persona);
  const { aws, role, database, account, kubernetes, url, apiKey, rows } = honeytokenSecrets(persona);
  const planted = plantedTable(persona);
  const cloud = persona.sites.some(({ application }) => application === 'cloud-metadata');
  const tokens: Honeytoken[] = [];
  const add = (
    kind: HoneytokenKind,
    title: string,
    places: readonly (string | undefined)[],
    words: readonly string[],
  ) => {
    const lying = places.filter((place) => place !== undefined);
    if (lying.length > 0)
      tokens.push({
        id: `${machine}.${kind}`,
        kind,
        title,
        machine: `${persona.hostname} (${persona.profile})`,
        places: lying,
        words: [...words],
      });
  };
  const shared = sharedPlace(persona);
  const gateway = persona.sites.some(({ application }) => application === 'fortigate');
  const metadata = cloud ? ["the cloud's metadata"] : [];
  add(
    'aws-key',
    `AWS access key ${aws.id}`,
    [disk?.aws, ...web.environment, ...metadata],
    [aws.id, aws.secret, ...(cloud ? [role.id, role.secret] : [])],
  );
  add(
    'database-password',
    `Password of ${database.user} for ${database.name}`,
    [disk?.environment, ...web.environment, ...web.wordpress],
    [database.password],
  );
  add('api-key', 'Key of a payment service', [disk?.environment, ...web.environment], [apiKey]);
  add(
    'kubeconfig',
    `Token for the cluster ${kubernetes.cluster}`,
    [disk?.kubeconfig],
    [signatureWord(kubernetes.token)],
  );
  add(
    'service-account',
    `Account ${account.user} with its password`,
    [disk?.script, shared, gateway ? "the gateway's memory" : undefined],
    [account.user, account.password],
  );
  add('url', 'Address of an export', [disk?.notes], [url.split('/').at(-2)!]);
  add(
    'row',
    'Customers in a database',
    [planted && `${planted.database}.${planted.table} (${planted.engine === 'mysql' ? 'MySQL' : 'PostgreSQL'})`],
    rows.flatMap(({ email, apiKey: key }) => [email.split('@')[0]!, key]).slice(0, 8),
  );
  return tokens;
}

/** Of a service account, as `kubectl` keeps it; its signature is no signature. */
function jsonWebToken(signature: string, id: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const header = part({ alg: 'RS256', kid: id });
  const body = part({
    iss: 'kubernetes/serviceaccount',
    'kubernetes.io/serviceaccount/namespace': 'kube-system',
    'kubernetes.io/serviceaccount/service-account.name': 'deploy-admin',
    sub: 'system:serviceaccount:kube-system:deploy-admin',
  });
  return `${header}.${body}.${signature}`;
}

/** What is left of a token where it was cut: words of events are bounded. */
function signatureWord(token: string): string {
  return token.split('.').at(-1)!.slice(0, 128);
}
