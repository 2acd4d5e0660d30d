/**
 * Which log source an event is of, from what it says of itself: then it meets only rules for that. Names are those of Sigma's taxonomy (appendix to the
 * specification 2.1) and of SigmaHQ's mappings of Windows channels.
 */
import { ecsKeys, ecsKindOf, isSameKind, kindOf, otherName as other, type EcsKind } from './ecs-logsource.ts';
import { isRecord, type EventRecord } from './event.ts';
import type { LogSource } from './rule.ts';
import { serviceOfChannel, sysmonCategories } from './windows-channels.ts';

/** Log sources that came up, so that events of one kind share one list: matchers compare by identity. */
const known = new Map<string, readonly LogSource[]>();
const maxKnown = 4096;

/** What the event may be; undefined when it says nothing of itself, and every rule must be asked. The event is flat (`nativeEvent`). */
export function logsourceOf(event: EventRecord): readonly LogSource[] | undefined {
  const { product, category, service } = event;
  if (typeof product === 'string' || typeof category === 'string') return named(product, category, service);
  if (typeof event['Channel'] === 'string' || typeof event['Provider_Name'] === 'string') return windows(event);
  return ofEcs(event) ?? native(event);
}

/** By all that `ecsKeys` looks at: events of one kind are many, kinds are few. */
const ofKind = new Map<string, readonly LogSource[]>();

/** The kinds of the latest events, the latest first: told apart without making a text of each. */
const latest: { readonly kind: EcsKind; readonly sources: readonly LogSource[] }[] = [];
const maxLatest = 8;

function ofEcs(event: EventRecord): readonly LogSource[] | undefined {
  const kind = ecsKindOf(event);
  if (kind === undefined) return ofSlowKind(event);
  for (let at = 0; at < latest.length; at++) {
    const one = latest[at]!;
    if (!isSameKind(one.kind, kind)) continue;
    if (at > 0) {
      latest[at] = latest[at - 1]!;
      latest[at - 1] = one;
    }
    return one.sources;
  }
  const sources = ofSlowKind(event);
  if (sources === undefined) return undefined;
  if (latest.length >= maxLatest) latest.pop();
  latest.unshift({ kind, sources });
  return sources;
}

function ofSlowKind(event: EventRecord): readonly LogSource[] | undefined {
  const kind = kindOf(event);
  const sources = kind === undefined ? undefined : ofKind.get(kind);
  if (sources !== undefined) return sources;
  const keys = ecsKeys(event);
  if (keys === undefined) return undefined;
  const found = listed(...keys);
  if (kind !== undefined) {
    if (ofKind.size >= maxKnown) ofKind.clear();
    ofKind.set(kind, found);
  }
  return found;
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

/** Products known by fields that only they have. */
function native(event: EventRecord): readonly LogSource[] | undefined {
  if (typeof event['_path'] === 'string') return listed(`${other}\0zeek\0${event['_path'].toLowerCase()}`);
  if (typeof event['eventSource'] === 'string' && event['awsRegion'] !== undefined)
    return listed(`${other}\0aws\0cloudtrail`);
  if (isRecord(event['protoPayload'])) return listed(`${other}\0gcp\0gcp.audit`);
  if (event['legacyEventType'] !== undefined && event['displayMessage'] !== undefined)
    return listed(`${other}\0okta\0okta`);
  if (typeof event['action'] === 'string' && event['_document_id'] !== undefined)
    return listed(`${other}\0github\0audit`);
  if (typeof event['Operation'] === 'string' && event['Workload'] !== undefined) return listed(`${other}\0m365\0`);
  if (isAuditRecord(event)) return listed(`${other}\0linux\0auditd`);
  if (event['cs-method'] !== undefined || event['sc-status'] !== undefined) return listed('webserver\0\0', 'proxy\0\0');
  if (event['node_id'] !== undefined && event['logtype'] !== undefined) return listed(`application\0opencanary\0`);
  if (typeof event['apiVersion'] === 'string' && event['apiVersion'].startsWith('audit.k8s.io')) {
    return listed(`application\0kubernetes\0audit`, `${other}\0kubernetes\0audit`);
  }
  return undefined;
}

/** A line of the audit daemon, parsed: its type is in capitals, and it names what only the daemon names. */
function isAuditRecord(event: EventRecord): boolean {
  const { type } = event;
  if (typeof type !== 'string' || !/^[A-Z_]{3,32}$/.test(type)) return false;
  return ['a0', 'exe', 'auid', 'SYSCALL', 'syscall', 'nametype', 'proctitle'].some((name) => event[name] !== undefined);
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
