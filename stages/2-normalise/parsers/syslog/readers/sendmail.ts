/** sendmail: `QUEUEID: ruleset=…, arg1=…, relay=NAME [ADDRESS], reject=…` and its complaints about clients. Senders and recipients are the client's text. */
import type { EcsEndpoint } from '@netsentinel/contracts/parser';
import { firstBracketed, tailPeer, bracketed } from '../peer.ts';
import { DENIED, failedLogin, refusedConnection, type MessageContext, type Reading } from '../reading.ts';

const QUEUE = /^([0-9A-Za-z]{14,20}): /;
const NAMED = '(?:[^\\s[\\]:]+ )?\\[[^\\]\\s]+\\](?: \\(may be forged\\))?';
const PROBE = new RegExp(
  `^${NAMED}(?:: (?:expn|vrfy|EXPN|VRFY) .* \\[rejected\\]$|: possible SMTP attack: | did not issue MAIL/EXPN/VRFY/ETRN)`,
);

export function sendmail(text: string, context: MessageContext): Reading | undefined {
  const queue = QUEUE.exec(text)?.[1];
  const message = queue === undefined ? text : text.slice(queue.length + 2);
  if (message.startsWith('ruleset=')) return rejected(message);
  if (message.startsWith('AUTH failure (')) return authentication(message);
  if (message.startsWith('AUTH=server, relay=')) return authenticated(message);
  if (message.startsWith('rejecting commands from ') || message.startsWith('lost input channel from '))
    return abuse(firstBracketed(message));
  if (PROBE.test(message)) return abuse(firstBracketed(message));
  const session = queue === undefined ? undefined : context.sessions.of(queue, context.pid, context.ms);
  if (session !== undefined && /^<.*>\.\.\. (?:No such user here|User unknown)/.test(message)) session.owed = true;
  if (session?.owed !== true || !message.startsWith('from=')) return undefined;
  // The line that ends the attempt names the client.
  session.owed = false;
  return abuse(bracketed(message.slice(Math.max(0, message.lastIndexOf(', relay=')))));
}

function abuse(source: EcsEndpoint | undefined): Reading | undefined {
  return source === undefined ? undefined : refusedConnection(source, 'smtp-abuse');
}

/** An address within quotes may hold `, relay=`: where relays differ, nobody is named. */
function rejected(message: string): Reading | undefined {
  let only: EcsEndpoint | undefined;
  for (const match of message.matchAll(new RegExp(`, relay=(${NAMED}), reject=`, 'g'))) {
    const source = firstBracketed(match[1]!);
    if (only !== undefined && only.ip !== source?.ip) return undefined;
    only = source;
  }
  const action = /\bRelaying denied\b/.test(message) ? 'relay-denied' : 'mail-rejected';
  return only === undefined
    ? undefined
    : { category: ['email'], type: DENIED, outcome: 'failure', action, source: only };
}

/** `AUTH failure (LOGIN): authentication failure (-13) SASL(-13): …, user=NAME, relay=NAME [ADDRESS]`. */
function authentication(message: string): Reading | undefined {
  const relay = message.lastIndexOf(', relay=');
  if (relay === -1 || !/authentication failure|user not found/.test(message.slice(0, relay))) return undefined;
  const source = firstBracketed(message, relay) ?? tailPeer(message)?.source;
  return failedLogin(source, /, user=(.*)$/.exec(message.slice(0, relay))?.[1], 'smtp-login');
}

function authenticated(message: string): Reading | undefined {
  const user = /, authid=([^,]+)/.exec(message)?.[1];
  const source = firstBracketed(message);
  return source === undefined ? undefined : { ...failedLogin(source, user, 'smtp-login'), outcome: 'success' };
}
