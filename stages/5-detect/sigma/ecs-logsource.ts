/**
 * Log sources of events in the Elastic Common Schema: by their data set, and by the categories that have a Sigma name. An event is of several when it is
 * both (a network connection of a process that the audit daemon wrote down).
 */
import { fieldOf, isRecord, type EventRecord } from './event.ts';

/** A name that no rule has: the event is known to have no category, or a channel without rules. */
export const otherName = '-';

/** Data sets of Elastic's integrations whose names are not Sigma's product and service: keys as `ecsKeys` returns them. */
const datasets: Readonly<Record<string, readonly string[]>> = {
  'zeek.connection': ['\0zeek\0conn'],
  'apache.access': ['webserver\0\0apache'],
  'apache.error': ['\0\0apache'],
  'nginx.access': ['webserver\0\0nginx'],
  'nginx.error': ['\0\0nginx'],
  'iis.access': ['webserver\0\0iis'],
  'squid.log': ['proxy\0\0'],
  'auditd.log': ['\0linux\0auditd'],
  'auditd_manager.auditd': ['\0linux\0auditd'],
  'system.auth': ['\0linux\0'],
  'system.syslog': ['\0linux\0'],
  'system.security': ['\0windows\0security'],
  'system.system': ['\0windows\0system'],
  'system.application': ['\0windows\0application'],
  'windows.powershell': ['\0windows\0'],
  'windows.powershell_operational': ['\0windows\0'],
  'windows.sysmon_operational': ['\0windows\0'],
  'azure.identity_protection': ['\0azure\0riskdetection'],
  'gcp.audit': ['\0gcp\0gcp.audit'],
  'google_workspace.admin': ['\0gcp\0google_workspace.admin'],
  'google_workspace.login': ['\0gcp\0google_workspace.login'],
  'okta.system': ['\0okta\0okta'],
  'o365.audit': ['\0m365\0'],
  'kubernetes.audit_logs': ['\0kubernetes\0audit'],
  'cisco_ios.log': ['\0cisco\0'],
  'cisco_asa.log': ['\0cisco\0'],
  'cisco_ftd.log': ['\0cisco\0'],
  'fortinet_fortigate.log': ['\0fortigate\0'],
};

/**
 * Each: category, product and service with NUL between, an empty one unknown. Undefined when the event has neither data set (or, in its place, module) nor
 * category.
 */
export function ecsKeys(event: EventRecord): string[] | undefined {
  const dataset = fieldOf(event, 'event.dataset') ?? fieldOf(event, 'event.module');
  const categories = fieldOf(event, 'event.category');
  if (typeof dataset !== 'string' && categories === undefined) return undefined;
  const keys: string[] = [];
  const name = typeof dataset === 'string' ? dataset.toLowerCase() : '';
  const [module = '', service = ''] = name.split('.', 2);
  if (Object.hasOwn(datasets, name)) keys.push(...(datasets[name] ?? []));
  else if (module === 'netsentinel') keys.push(`\0netsentinel\0decoy`);
  else if (module !== '') keys.push(`\0${module}\0${service}`);
  const os = fieldOf(event, 'host.os.type');
  const host = typeof os === 'string' ? os.toLowerCase() : module === 'netsentinel' ? 'linux' : '';
  // What has a data set is known to be of no other product's log.
  const log = `${module}\0${service}`;
  for (const category of Array.isArray(categories) ? (categories as unknown[]) : [categories]) {
    if (typeof category === 'string') keys.push(...categoryKeys(category, host, log, event));
  }
  return keys.length === 0 ? undefined : keys;
}

const kindFields = [
  'event.dataset',
  'event.module',
  'event.category',
  'event.type',
  'host.os.type',
  'network.protocol',
] as const;
const longestKind = 512;

/** What `ecsKeys` looks at, where all of it stands where it belongs and is of the types that these fields have. */
export interface EcsKind {
  readonly dataset: string | undefined;
  readonly module: string | undefined;
  readonly category: Texts;
  readonly type: Texts;
  readonly system: string | undefined;
  readonly protocol: string | undefined;
}

type Texts = string | readonly string[] | undefined;

/** Undefined where that takes a closer look. */
export function ecsKindOf(record: EventRecord): EcsKind | undefined {
  const { event, network, host } = record;
  if (!isRecord(event)) return undefined;
  for (const field of kindFields) if (Object.hasOwn(record, field)) return undefined;
  const { dataset, module, category, type } = event;
  const os = isRecord(host) ? host['os'] : host;
  const system = isRecord(os) ? os['type'] : os;
  const protocol = isRecord(network) ? network['protocol'] : network;
  if (!isTextOrNone(dataset) || !isTextOrNone(module) || !isTextOrNone(system) || !isTextOrNone(protocol))
    return undefined;
  return areTexts(category) && areTexts(type) ? { dataset, module, category, type, system, protocol } : undefined;
}

export function isSameKind(a: EcsKind, b: EcsKind): boolean {
  return (
    a.dataset === b.dataset &&
    a.module === b.module &&
    a.protocol === b.protocol &&
    a.system === b.system &&
    areSame(a.category, b.category) &&
    areSame(a.type, b.type)
  );
}

function isTextOrNone(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string';
}

function areTexts(value: unknown): value is Texts {
  if (!Array.isArray(value)) return isTextOrNone(value);
  for (let at = 0; at < value.length; at++) if (typeof value[at] !== 'string') return false;
  return true;
}

function areSame(a: Texts, b: Texts): boolean {
  if (a === b) return true;
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

/** One text for all that `ecsKeys` looks at; undefined for values of other types than these fields have. */
export function kindOf(event: EventRecord): string | undefined {
  let kind = '';
  for (const field of kindFields) {
    const value = fieldOf(event, field);
    if (typeof value === 'string') kind += value;
    else if (Array.isArray(value) && value.every((one) => typeof one === 'string')) kind += `[${value.join('\0')}]`;
    else if (value !== undefined) return undefined;
    kind += '\0\0';
  }
  return kind.length > longestKind ? undefined : kind;
}

/** `product`: the system of the machine that it happened on, where it did; `log`: product and service that wrote it down. */
function categoryKeys(category: string, product: string, log: string, event: EventRecord): readonly string[] {
  switch (category) {
    case 'process':
      return hostKeys(product, hasType(event, 'end') ? ['process_termination'] : ['process_creation']);
    case 'file':
      return hostKeys(product, fileCategories(event));
    case 'registry':
      return hostKeys(product, [
        'registry_event',
        'registry_set',
        'registry_add',
        'registry_delete',
        'registry_rename',
      ]);
    case 'library':
      return hostKeys(product, ['image_load']);
    case 'driver':
      return hostKeys(product, ['driver_load']);
    case 'malware':
      return [`antivirus\0${log}`];
    case 'authentication':
    case 'iam':
      return [`${category}\0${product}\0`];
    case 'email':
      return [`email\0${log}`];
    case 'web':
      return [`webserver\0${log}`, `proxy\0${log}`];
    case 'network':
      return [
        `firewall\0${log}`,
        ...hostKeys(product === '' ? log.split('\0', 1)[0]! : product, ['network_connection', 'dns_query']),
        ...protocolKeys(log, event),
      ];
    default:
      return [];
  }
}

/** Of a host, and of no channel that rules name. */
function hostKeys(product: string, categories: readonly string[]): string[] {
  return categories.map((category) => `${category}\0${product}\0${otherName}`);
}

function fileCategories(event: EventRecord): readonly string[] {
  if (hasType(event, 'deletion')) return ['file_delete'];
  if (hasType(event, 'access')) return ['file_access'];
  return ['file_event', 'file_change', 'file_rename', 'create_stream_hash'];
}

function hasType(event: EventRecord, wanted: string): boolean {
  const types = fieldOf(event, 'event.type');
  return types === wanted || (Array.isArray(types) && types.includes(wanted));
}

function protocolKeys(log: string, event: EventRecord): string[] {
  const protocol = fieldOf(event, 'network.protocol');
  return protocol === 'dns' || protocol === 'tls' ? [`${protocol}\0${log}`] : [];
}
