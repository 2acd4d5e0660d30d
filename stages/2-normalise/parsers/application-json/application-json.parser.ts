/**
 * JSON logs of programs that nobody listed: an object with a time and words. Logins, web requests and the verdicts of application firewalls are understood by the
 * names that programs give to the client, the user and the answer. The form is general: any other format that knows an object is surer of it.
 */
import {
  Refusal,
  type EcsEndpoint,
  type JsonObject,
  type Parsed,
  type ParserDefinition,
} from '@netsentinel/contracts/parser';
import { clientIn } from '../../application/client-address.ts';
import { loginOutcome } from '../../application/login-words.ts';
import { requestFields } from '../../application/request-words.ts';
import { timeIn } from '../../application/time-in-line.ts';
import { related } from '../../text/document.ts';
import { shareOf } from '../../text/share.ts';
import { epochMs, isoTime } from '../../text/time.ts';
import { zoneOf, type Zone } from '../../text/zone.ts';
import { stateless, type LocalClock } from '../stateless.ts';
import { addressIn } from '../syslog/peer.ts';
import { failedLogin, login, type Reading } from '../syslog/reading.ts';
import { Leaves } from './leaves.ts';
import * as names from './names.ts';

const UTC = zoneOf('UTC')!;

export const applicationJson: ParserDefinition = {
  id: 'application-json',
  title: 'JSON logs of applications: objects with a time; their logins and web requests are understood',
  module: 'application',
  dataset: 'application.json',
  examples: [
    '{"level":2,"time":"2026-11-21T09:30:00+00:00","remoteAddr":"198.51.100.7","user":"--","app":"core","method":"POST","url":"/login","message":"Login failed: alice (Remote IP: 198.51.100.7)"}',
    '{"timestamp":"2026-11-21 09:30:01.784","source":"Auth.js:888","message":"[Auth] Failed login attempt for username \\"alice\\" from ip 198.51.100.7 (Invalid password)","level":4}',
    '{"event":"user.login","time":"2026-11-21T09:30:02.133Z","user":"alice","success":false,"error":"invalid username, password or second factor","addr.remote":"198.51.100.7:34204"}',
    '{"start_time":"2026-11-21T09:30:03.479Z","method":"GET","x-envoy-origin-path":"/admin","response_code":404,"user-agent":"curl/8.5.0","downstream_remote_address":"198.51.100.7:59292"}',
    '{"eventTime":"2026-11-21T09:30:04.702","eventName":"Web Request","eventData":{"sourceIP":"198.51.100.7","httpMethod":"GET","securityAction":"Prevent","waapIncidentType":"SQL Injection","matchedSample":"1 or 1=1"}}',
  ],
  recognise: ({ objects }) => {
    const timed = shareOf(objects, (object) => {
      const leaves = new Leaves(object);
      return (
        timeOf(leaves, UTC, REFERENCE_MS) !== undefined && leaves.text([...names.WORDS, ...names.PATH]) !== undefined
      );
    });
    return timed * 0.35;
  },
  create: stateless({ object: readObject }),
};

const REFERENCE_MS = Date.UTC(2026, 0, 1);
const MAX_TEXT = 2048;
const METHOD = /^(?:GET|POST|PUT|HEAD|DELETE|PATCH|OPTIONS|PROPFIND|CONNECT|TRACE)$/;

function readObject(object: JsonObject, original: string, clock: LocalClock): Parsed {
  const leaves = new Leaves(object);
  const ms = timeOf(leaves, clock.zone, clock.referenceMs);
  const words = leaves.all(names.WORDS).slice(0, MAX_TEXT);
  if (ms === undefined && words === '') return new Refusal('neither a time nor a message is in the object');
  const source = clientOf(leaves, words);
  const user = leaves.text(names.USER);
  const verdict = verdictOf(leaves);
  const reading = verdict === undefined ? loginOf(leaves, words, source, user) : undefined;
  const web = webOf(leaves, source);
  const agent = leaves.text(names.AGENT);
  const told = verdict ?? reading ?? web;
  return {
    '@timestamp': isoTime(ms),
    message: leaves.text(names.MESSAGE),
    event: {
      kind: verdict === undefined ? 'event' : 'alert',
      category: told?.category,
      type: told?.type,
      outcome: told?.outcome,
      action: reading?.action ?? leaves.text(['eventname', 'action']),
      reason: leaves.text(names.REASON),
      original,
    },
    log: { level: leaves.text(['level', 'levelname', 'severity', 'loglevel']) },
    source,
    http: web?.http,
    url: web?.url,
    rule: verdict === undefined ? undefined : { name: verdict.rule, category: 'web' },
    user: user === undefined ? undefined : { name: user },
    user_agent: agent === undefined ? undefined : { original: agent },
    related: { ip: related(source?.ip), user: related(user) },
  };
}

function timeOf(leaves: Leaves, zone: Zone, referenceMs: number): number | undefined {
  const value = leaves.first(names.TIME);
  if (typeof value === 'number') return epochMs(value);
  return typeof value === 'string' ? (timeIn(value, zone, referenceMs)?.ms ?? epochMs(value)) : undefined;
}

function clientOf(leaves: Leaves, words: string): EcsEndpoint | undefined {
  const named = leaves.text(names.CLIENT);
  // Behind proxies that the program trusts, it writes down the hops, the client first.
  return (named === undefined ? undefined : addressIn(named.split(',', 1)[0]!.trim())) ?? clientIn(words);
}

function loginOf(
  leaves: Leaves,
  words: string,
  source: EcsEndpoint | undefined,
  user: string | undefined,
): Reading | undefined {
  const said = loginOutcome(words);
  const succeeded = leaves.first(['success', 'succeeded', 'authenticated', 'loginsuccess']);
  const isLogin = said !== undefined || /\blog ?-?(?:in|on)\b|sign-?in|auth/i.test(words);
  if (leaves.first(['authenticationfailed', 'authfailed', 'loginfailed']) === true) return failedLogin(source, user);
  if (!isLogin) return undefined;
  if (succeeded === false || succeeded === 'false') return failedLogin(source, user);
  if (said === 'failure') return failedLogin(source, user);
  return said === 'success' || (succeeded === true && source !== undefined) ? login(source, user) : undefined;
}

function webOf(leaves: Leaves, source: EcsEndpoint | undefined): ReturnType<typeof requestFields> | undefined {
  const method = leaves.text(names.METHOD)?.toUpperCase();
  const target = leaves.text(names.PATH);
  const status = leaves.number(names.STATUS);
  if (source === undefined || target === undefined || (method !== undefined && !METHOD.test(method))) return undefined;
  if (!/^(?:\/|https?:)/.test(target) || (method === undefined && status === undefined)) return undefined;
  return requestFields({ method, target: target.slice(0, MAX_TEXT), status });
}

interface Verdict {
  readonly category: readonly string[];
  readonly type: readonly string[];
  readonly outcome: 'success' | 'failure' | undefined;
  readonly rule: string;
}

/** An application firewall's: what it took the request for. */
function verdictOf(leaves: Leaves): Verdict | undefined {
  const rule = leaves.text(['waapincidenttype', 'attacktype', 'attackname', 'incidenttype']);
  if (rule === undefined) return undefined;
  const prevented = /prevent|block|deny|denied|drop|reject/i.test(leaves.text(['securityaction', 'action']) ?? '');
  return {
    category: ['intrusion_detection', 'web'],
    type: [prevented ? 'denied' : 'info'],
    outcome: prevented ? 'failure' : undefined,
    rule,
  };
}
