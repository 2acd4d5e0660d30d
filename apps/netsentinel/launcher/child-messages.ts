/**
 * What the processes say to the launcher, checked as `contracts/process.ts` has it, without the schemas' 5 MB of code: the launcher
 * lives long and hears little. A test holds the two together.
 */
import type { Measure } from '@netsentinel/contracts/action';
import type { Severity } from '@netsentinel/contracts/detection';
import type { ConfigurationAsk } from '@netsentinel/contracts/configuration';
import type { CaptureNews, WantedCapture } from '@netsentinel/contracts/capture';
import type {
  FromCapture,
  FromChild,
  FromEnforcerHost,
  FromPlatform,
  FromVerifier,
} from '@netsentinel/contracts/process';
import { MAX_CONFIGURATION, MAX_REASON } from '@netsentinel/contracts/wire-limits';
import { fitsMessage, type Check, type Fields } from '@netsentinel/kernel/fits-message';

const SEVERITIES = { info: 1, low: 1, medium: 1, high: 1, critical: 1 } satisfies Record<Severity, 1>;
const MEASURES = {
  block: 1,
  isolate: 1,
  tarpit: 1,
  redirect: 1,
  'rate-limit': 1,
  mirror: 1,
  capture: 1,
} satisfies Record<Measure, 1>;
const text =
  (max: number): Check =>
  (value) =>
    typeof value === 'string' && value.length <= max;

const STATES = {
  capturing: 1,
  ended: 1,
  full: 1,
  interrupted: 1,
  removed: 1,
} satisfies Record<CaptureNews['state'], 1>;
const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const MAX_WANTED = 16;
const WANTED = {
  network: text(49),
  remainingMs: Number.isFinite,
  order: text(64),
  incident: text(64),
} satisfies Record<keyof WantedCapture, Check>;

const MAX_VERSION = 999_999;
const version: Check = (value) => count(value) && (value as number) >= 1 && (value as number) <= MAX_VERSION;
const CHANGED = { 'base?': version, by: text(128), 'reason?': text(MAX_REASON) } satisfies Fields;
const ASKS: Readonly<Record<ConfigurationAsk['what'], Fields>> = {
  list: {},
  read: { 'version?': version },
  compare: { from: version, to: version },
  check: { text: text(MAX_CONFIGURATION) },
  change: { text: text(MAX_CONFIGURATION), ...CHANGED },
  restore: { version, ...CHANGED },
};

const CHILD: Readonly<Record<FromChild['t'], Fields>> = {
  ready: {},
  asleep: {},
  failed: { code: text(64), message: text(2048), 'hint?': text(512) },
  stopped: {},
};
const CAPTURE: Readonly<Record<FromCapture['t'], Fields>> = {
  ...CHILD,
  file: {
    file: text(192),
    network: text(49),
    order: text(64),
    state: (value) => typeof value === 'string' && Object.hasOwn(STATES, value),
    packets: count,
    bytes: count,
    'sha256?': text(64),
  },
};
const ENFORCER: Readonly<Record<FromEnforcerHost['t'], Fields>> = {
  ...CHILD,
  capture: { wanted: (value) => Array.isArray(value) && value.length <= MAX_WANTED && value.every(isWanted) },
};
const PLATFORM: Readonly<Record<FromPlatform['t'], Fields>> = {
  ...CHILD,
  incident: {
    id: text(64),
    title: text(1024),
    severity: (value) => typeof value === 'string' && Object.hasOwn(SEVERITIES, value),
    score: Number.isFinite,
    isNew: (value) => typeof value === 'boolean',
  },
  action: {
    id: text(64),
    'measure?': (value) => typeof value === 'string' && Object.hasOwn(MEASURES, value),
    target: text(49),
    status: text(32),
    'detail?': text(1024),
    expiresAt: Number.isFinite,
  },
  source: {
    what: (value) => value === 'silent' || value === 'back',
    sensor: text(64),
    source: text(1024),
    silentMs: Number.isFinite,
  },
  'sign-in': { path: text(512) },
  decoy: { request: count, decoy: text(64), listening: (value) => typeof value === 'boolean' },
  'test-decoys': { address: text(15) },
  configuration: { request: count, ask: isConfigurationAsk },
};
const VERIFIER: Readonly<Record<FromVerifier['t'], Fields>> = { verdict: { verdict: isPart } };

/** What any started process says; undefined where it is nothing that one may say. */
export function readFromChild(raw: unknown): FromChild | undefined {
  return fitsMessage(raw, CHILD) ? (raw as FromChild) : undefined;
}

/** What a capture says besides. */
export function readFromCapture(raw: unknown): FromCapture | undefined {
  return fitsMessage(raw, CAPTURE) ? (raw as FromCapture) : undefined;
}

/** What the enforcer says besides. */
export function readFromEnforcer(raw: unknown): FromEnforcerHost | undefined {
  return fitsMessage(raw, ENFORCER) ? (raw as FromEnforcerHost) : undefined;
}

/** What the platform says besides. */
export function readFromPlatform(raw: unknown): FromPlatform | undefined {
  return fitsMessage(raw, PLATFORM) ? (raw as FromPlatform) : undefined;
}

/** What a test of the decoys says. */
export function readFromVerifier(raw: unknown): FromVerifier | undefined {
  return fitsMessage(raw, VERIFIER) ? (raw as FromVerifier) : undefined;
}

function isWanted(raw: unknown): boolean {
  return isPart(raw) && fitsMessage({ ...raw, t: 'wanted' }, { wanted: WANTED });
}

function isConfigurationAsk(raw: unknown): boolean {
  if (!isPart(raw) || !('what' in raw)) return false;
  const { what, ...rest } = raw;
  return fitsMessage({ ...rest, t: what }, ASKS);
}

/** Of a message, and none itself. */
function isPart(raw: unknown): raw is object {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw) && !('t' in raw);
}
