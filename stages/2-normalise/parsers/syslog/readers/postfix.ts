/**
 * Postfix's daemons: `… from NAME[ADDRESS]: …`. The name is what DNS says, made safe by Postfix; what the client says (greeting, sender, user) stands behind the
 * address, so every pattern is anchored at the begin.
 */
import { endpointOf, portOf } from '../../../text/endpoint.ts';
import { DENIED, failedLogin, login, refusedConnection, type Reading } from '../reading.ts';

/** Short queue ids are hexadecimal, long ones have no vowels: words are neither. */
const QUEUE = /^(?:NOQUEUE|[0-9A-F]{5,16}|[0-9B-DF-HJ-NP-TV-Zb-df-hj-np-tv-z]{10,20}): /;
const PEER = '(?:[^\\s[\\]]*)\\[([^\\s\\]]+)\\](?::(\\d+))?';
const REJECT = new RegExp(`^(?:milter-)?reject: (?:[A-Z-]+) from ${PEER}: (\\d{3}) (.*)$`);
const SASL = new RegExp(`^(?:warning: )?${PEER}: SASL (\\S+) authentication failed:? ?(.*)$`);
const CLIENT = new RegExp(`^client=${PEER}, sasl_method=(\\S+), sasl_username=([^,]+)`);
const ABUSE = new RegExp(
  `^(?:warning: )?(?:improper command pipelining after \\S+ from|too many errors after \\S+ from|non-SMTP command from|(?:Connection|Message delivery request|Recipient address|New TLS session) (?:rate|concurrency) limit exceeded: \\d+ from|PREGREET \\d+ after [\\d.]+ from|HANGUP after [\\d.]+ from|COMMAND (?:TIME|COUNT|LENGTH) LIMIT from|BARE NEWLINE from|NON-SMTP COMMAND from|DNSBL rank \\d+ for) ${PEER}`,
);
const ENDED = new RegExp(`^(lost connection|timeout) after (\\S+)(?: \\(\\d+ bytes\\))? from ${PEER}`);
const DISCONNECT = new RegExp(`^(?:disconnect|connect) from ${PEER}(.*)$`);
/** Of these a client is not guilty: it was asked to come back, or we could not check. */
const TEMPORARY =
  /^(?:\d\.2\.0 |4\.3\.\d |\S+ <[^>]*>: Recipient address rejected: Grey)|[Gg]reylist|Server configuration/;

export function postfix(text: string): Reading | undefined {
  const message = text.replace(QUEUE, '');
  switch (message.charCodeAt(0)) {
    case 0x72: // r
    case 0x6d: // m
      return rejected(message);
    case 0x63: // c
      return message.startsWith('client=') ? client(message) : ended(message);
    case 0x64: // d
    case 0x6c: // l
      return ended(message);
    default:
      return sasl(message) ?? abuse(message) ?? ended(message);
  }
}

function rejected(message: string): Reading | undefined {
  const match = REJECT.exec(message);
  if (match === null) return undefined;
  const temporary = TEMPORARY.test(match[4]!);
  return {
    category: ['email'],
    type: DENIED,
    outcome: temporary ? 'unknown' : 'failure',
    action: actionOf(match[4]!),
    reason: match[4],
    source: endpointOf(match[1]!, portOf(match[2])),
  };
}

/** Recipients are the client's text, but stand in angle brackets before the reason. */
function actionOf(reason: string): string {
  if (reason.includes('Helo command rejected')) return 'helo-rejected';
  return /^[\d.]+ (?:<[^>]*>: )?Relay access denied;/.test(reason) ? 'relay-denied' : 'mail-rejected';
}

function sasl(message: string): Reading | undefined {
  const match = SASL.exec(message);
  if (match === null) return undefined;
  const reason = match[4]!;
  const name = /, sasl_username=(.*)$/.exec(reason)?.[1];
  const reading = failedLogin(endpointOf(match[1]!, portOf(match[2])), name, 'smtp-login');
  // Our side failed, not the client.
  if (/^(?:Connection lost to authentication server|Temporary authentication failure)/.test(reason))
    reading.outcome = 'unknown';
  return reading;
}

function client(message: string): Reading | undefined {
  const match = CLIENT.exec(message);
  return match === null ? undefined : login(endpointOf(match[1]!, portOf(match[2])), match[4], 'smtp-login');
}

function abuse(message: string): Reading | undefined {
  const match = ABUSE.exec(message);
  if (match === null) return undefined;
  const isOfOther = /^(?:warning: )?non-SMTP command from .{0,300}: (?:GET|POST|HEAD|CONNECT|OPTIONS|PUT) /i.test(
    message,
  );
  return refusedConnection(endpointOf(match[1]!, portOf(match[2])), isOfOther ? 'wrong-protocol' : 'smtp-abuse');
}

function ended(message: string): Reading | undefined {
  if (message.startsWith('improper') || message.startsWith('too')) return abuse(message);
  const lost = ENDED.exec(message);
  if (lost !== null) {
    const source = endpointOf(lost[3]!, portOf(lost[4]));
    // Whoever has begun a message is a mail server in trouble; failed logins are told by the line of the disconnection.
    return /^(?:DATA|AUTH|END-OF-MESSAGE|RCPT|MAIL|BDAT)/.test(lost[2]!) || lost[1] === 'timeout'
      ? { category: ['network'], type: ['connection', 'end'], source }
      : refusedConnection(source, 'smtp-abuse');
  }
  const match = DISCONNECT.exec(message);
  if (match === null) return undefined;
  const source = endpointOf(match[1]!, portOf(match[2]));
  if (message.startsWith('connect ')) return { category: ['network'], type: ['connection', 'start'], source };
  return / auth=0\/\d+/.test(match[3]!)
    ? failedLogin(source, undefined, 'smtp-login')
    : { category: ['network'], type: ['connection', 'end'], source };
}
