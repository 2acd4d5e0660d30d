/**
 * Which log source an event is of, from what it says of itself: then it meets only rules for that. Names are those of Sigma's taxonomy (appendix to the
 * specification 2.1) and of SigmaHQ's mappings of Windows channels.
 */
import { fieldOf, isRecord, type EventRecord } from './event.ts';
import type { LogSource } from './rule.ts';
import { serviceOfChannel, sysmonCategories } from './windows-channels.ts';

/** Log sources that came up, so that events of one kind share one list: matchers compare by identity. */
const known = new Map<string, readonly LogSource[]>();
const maxKnown = 4096;
/** A name that no rule has: the event is known to have no category, or a channel without rules. */
const other = '-';

/** What the event may be; undefined when it says nothing of itself, and every rule must be asked. The event is flat (`nativeEvent`). */
export function logsourceOf(event: EventRecord): readonly LogSource[] | undefined {
  const { product, category, service } = event;
  if (typeof product === 'string' || typeof category === 'string') return named(product, category, service);
  if (typeof event['Channel'] === 'string' || typeof event['Provider_Name'] === 'string') return windows(event);
  return ecs(event) ?? native(event);
}

/** The event says it in so many words. */
function named(product: unknown, category: unknown, service: unknown): readonly LogSource[] {
  const name = (value: unknown): string => (typeof value === 'string' && value !== '' ? value.toLowerCase() : '');
  return listed(`${name(category)}\0${name(product)}\0${name(service)}`);
}

function windows(event: EventRecord): readonly LogSource[] {
  const channel = event['Channel'];
  const provider = event['Provider_Name'];
  const service =
    serviceOfChannel(typeof channel === 'string' ? channel : '', typeof provider === 'string' ? provider : '') ?? other;
  const categories = categoriesOf(service, Number(event['EventID']));
  return listed(
    ...(categories.length === 0 ? [other] : categories).map((category) => `${category}\0windows\0${service}`),
  );
}

function categoriesOf(service: string, eventId: number): readonly string[] {
  if (service === 'sysmon') return sysmonCategories[eventId] ?? [];
  if (service === 'security' && eventId === 4688) return ['process_creation'];
  if (service === 'security' && eventId === 4657) return ['registry_set', 'registry_event'];
  if (service === 'powershell' && eventId === 4103) return ['ps_module'];
  if (service === 'powershell' && eventId === 4104) return ['ps_script'];
  if (service === 'powershell-classic' && eventId === 400) return ['ps_classic_start'];
  if (service === 'powershell-classic' && eventId === 600) return ['ps_classic_provider_start'];
  if (service === 'powershell-classic' && eventId === 800) return ['ps_classic_script'];
  return service === 'windefend' ? ['antivirus', other] : [];
}

/** Events of the Elastic Common Schema: the data set, and the categories that have a Sigma name. */
function ecs(event: EventRecord): readonly LogSource[] | undefined {
  const dataset = fieldOf(event, 'event.dataset') ?? fieldOf(event, 'event.module');
  const categories = fieldOf(event, 'event.category');
  if (typeof dataset !== 'string' && categories === undefined) return undefined;
  const keys: string[] = [];
  const [module = '', service = ''] = typeof dataset === 'string' ? dataset.toLowerCase().split('.', 2) : [];
  if (module === 'netsentinel') keys.push(`\0netsentinel\0decoy`);
  else if (module !== '') keys.push(`\0${module}\0${service}`);
  const os = fieldOf(event, 'host.os.type');
  const product = typeof os === 'string' ? os.toLowerCase() : module === 'netsentinel' ? 'linux' : '';
  for (const category of Array.isArray(categories) ? (categories as unknown[]) : [categories]) {
    if (category === 'process') keys.push(`process_creation\0${product}\0${other}`);
    else if (category === 'authentication') keys.push(`authentication\0${product}\0`);
    else if (category === 'web') keys.push(`webserver\0\0`, `proxy\0\0`);
    else if (category === 'network')
      keys.push(`firewall\0\0`, `network_connection\0${product}\0${other}`, ...protocolKeys(event));
    else if (category === 'file') keys.push(`file_event\0${product}\0${other}`);
  }
  return keys.length === 0 ? undefined : listed(...keys);
}

function protocolKeys(event: EventRecord): string[] {
  const protocol = fieldOf(event, 'network.protocol');
  return protocol === 'dns' || protocol === 'tls' ? [`${protocol}\0\0`] : [];
}

/** Products known by fields that only they have. */
function native(event: EventRecord): readonly LogSource[] | undefined {
  if (typeof event['_path'] === 'string') return listed(`${other}\0zeek\0${event['_path'].toLowerCase()}`);
  if (typeof event['eventSource'] === 'string' && event['awsRegion'] !== undefined)
    return listed(`${other}\0aws\0cloudtrail`);
  if (isRecord(event['protoPayload'])) return listed(`${other}\0gcp\0gcp.audit`);
  if (event['legacyEventType'] !== undefined && event['displayMessage'] !== undefined)
    return listed(`${other}\0okta\0okta`);
  if (event['node_id'] !== undefined && event['logtype'] !== undefined) return listed(`application\0opencanary\0`);
  if (typeof event['apiVersion'] === 'string' && event['apiVersion'].startsWith('audit.k8s.io')) {
    return listed(`application\0kubernetes\0audit`, `${other}\0kubernetes\0audit`);
  }
  return undefined;
}

/** Each key: category, product and service with NUL between; empty parts are not known. */
function listed(...keys: readonly string[]): readonly LogSource[] {
  const key = keys.length === 1 ? (keys[0] ?? '') : keys.join('\u0001');
  let list = known.get(key);
  if (list !== undefined) return list;
  list = Object.freeze(keys.map(sourceOf));
  if (known.size >= maxKnown) known.clear();
  known.set(key, list);
  return list;
}

function sourceOf(key: string): LogSource {
  const [category = '', product = '', service = ''] = key.split('\0');
  return {
    ...(category === '' ? {} : { category }),
    ...(product === '' ? {} : { product }),
    ...(service === '' ? {} : { service }),
  };
}
