/**
 * How much an alarm of another guard says: by its own severity, its class, the name of its rule, and what Emerging Threats' authors rate it. A list of addresses
 * with a bad name, a policy of somebody else's and a packet that a decoder stumbled over are remarks, however severe their guard calls them.
 */
import type { Event } from '@netsentinel/contracts/event';

/**
 * `sure`: counts by itself. `likely`: counts where there are several different ones. `minor`: counts where there is much of it. `remark`: tells something of an
 * attacker who is known by other means, and counts by no number.
 */
export type AlarmDegree = 'sure' | 'likely' | 'minor' | 'remark';

/** Whoever is on a list was bad elsewhere, some time; whether anything happens here the list does not know. */
const LISTED =
  /^(?:ET|ETPRO) (?:CINS|CIARMY|DROP|COMPROMISED|TOR|3CORESec|DSHIELD|RBN)\b|\b(?:poor|bad|low) reputation\b|\bblock(?:ed)? ?listed\b|\bknown tor\b/i;
/** What a network may forbid or a curious person look at: an updater, a game, a name server of one's own. */
const POLICY =
  /^(?:ET|ETPRO|GPL) (?:POLICY|INFO|HUNTING|GAMES|CHAT|P2P|DYN_DNS|FILE_SHARING|REMOTE_ACCESS|INAPPROPRIATE|ICMP|ICMP_INFO)\b/;
/** Decoders and reassembly of Suricata and Snort: what does not fit the protocol, lost packets most of all. */
const DECODER =
  /^SURICATA |^\(?(?:http_inspect|snort_decoder|decode|(?:spp_)?(?:frag3|stream[_\w]*)|spp_(?:ssh|ssl|sdf)|ssl|smtp|imap|pop)\)/;
/** Classes of Suricata and Snort, in words and by their short names. */
const MERE_CLASSES: ReadonlySet<string> = new Set([
  'not suspicious traffic',
  'not-suspicious',
  'unknown traffic',
  'unknown',
  'misc activity',
  'misc-activity',
  'generic protocol command decode',
  'protocol-command-decode',
  'generic icmp event',
  'icmp-event',
  'potential corporate privacy violation',
  'policy-violation',
  'inappropriate content was detected',
  'inappropriate-content',
  'device retrieving external ip address detected',
  'external-ip-check',
  'detection of a non-standard protocol or event',
  'non-standard-protocol',
  'a tcp connection was detected',
  'tcp-connection',
]);
/** Zeek gives its notices no degrees; most are remarks (an expired certificate, a new program), few are attacks. */
const NOTICE_OF_ATTACK = /scan|guess|brute|exploit|attack|inject|heartbleed|malware|backdoor|flood|spoof/i;

export function alarmDegreeOf(event: Event, name: string): AlarmDegree {
  if (event.event.dataset === 'zeek.notice') return NOTICE_OF_ATTACK.test(name) ? 'sure' : 'remark';
  if (LISTED.test(name)) return 'remark';
  const rating = ratingOf(event);
  if (rating === 'informational') return 'remark';
  const isGrave = rating === 'major' || rating === 'critical';
  if (POLICY.test(name) || DECODER.test(name) || MERE_CLASSES.has(classOf(event))) return isGrave ? 'likely' : 'remark';
  const priority = priorityOf(event);
  if (priority === undefined || priority <= HIGH || (isGrave && priority === MEDIUM)) return 'sure';
  return priority === MEDIUM ? 'likely' : priority === LOW ? 'minor' : 'remark';
}

/** Suricata's, Snort's and our readers' scale; 4 is informational. */
const HIGH = 1;
const MEDIUM = 2;
const LOW = 3;
const INFORMATIONAL = 4;
const WORDS: Readonly<Record<string, number>> = { critical: HIGH, high: HIGH, medium: MEDIUM, low: LOW };
/** Elastic's scores for severity, 21 to 99, and those of whoever counts to ten. */
const SCORES = [
  { upTo: 10, high: 7, medium: 4 },
  { upTo: 100, high: 73, medium: 47 },
];

/** Undefined where the guard has no degrees: then it tells only what it is sure of. */
function priorityOf(event: Event): number | undefined {
  const word = leafOf(event.fortinet, 'firewall', 'severity');
  if (word !== undefined) return WORDS[word] ?? INFORMATIONAL;
  const { severity } = event.event;
  if (severity === undefined || severity <= INFORMATIONAL) return severity;
  const scale = SCORES.find(({ upTo }) => severity <= upTo);
  if (scale === undefined || severity >= scale.high) return HIGH;
  return severity >= scale.medium ? MEDIUM : LOW;
}

function classOf({ rule }: Event): string {
  return rule?.category?.toLowerCase() ?? '';
}

/** Emerging Threats': `Informational`, `Minor`, `Major`, `Critical`. */
function ratingOf(event: Event): string | undefined {
  return leafOf(event.suricata, 'eve', 'alert', 'signature_severity');
}

/** In small letters; of a list the first. */
function leafOf(group: unknown, ...path: readonly string[]): string | undefined {
  let value = group;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first.toLowerCase() : undefined;
}
