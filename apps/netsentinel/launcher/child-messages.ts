/**
 * What the processes say to the launcher, checked as `contracts/process.ts` has it, without the schemas' 5 MB of code: the launcher
 * lives long and hears little. A test holds the two together.
 */
import type { Severity } from '@netsentinel/contracts/detection';
import type { FromChild, FromPlatform } from '@netsentinel/contracts/process';
import { fitsMessage, type Check, type Fields } from '@netsentinel/kernel/fits-message';

const SEVERITIES = { info: 1, low: 1, medium: 1, high: 1, critical: 1 } satisfies Record<Severity, 1>;
const text =
  (max: number): Check =>
  (value) =>
    typeof value === 'string' && value.length <= max;

const CHILD: Readonly<Record<FromChild['t'], Fields>> = {
  ready: {},
  asleep: {},
  failed: { code: text(64), message: text(2048), 'hint?': text(512) },
  stopped: {},
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
};

/** What any started process says; undefined where it is nothing that one may say. */
export function readFromChild(raw: unknown): FromChild | undefined {
  return fitsMessage(raw, CHILD) ? (raw as FromChild) : undefined;
}

/** What the platform says besides. */
export function readFromPlatform(raw: unknown): FromPlatform | undefined {
  return fitsMessage(raw, PLATFORM) ? (raw as FromPlatform) : undefined;
}
