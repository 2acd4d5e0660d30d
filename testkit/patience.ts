/**
 * Set-up of both suites: `vi.waitFor` and `vi.waitUntil` give up after `PATIENCE_MS` where a test names no time of its own. Only a test that
 * fails waits so long, and vitest's own second is too short on a machine whose processors are taken; `expect.poll` has a setting for it.
 */
import { vi } from 'vitest';

export const PATIENCE_MS = 30_000;

type Options = { readonly timeout?: number; readonly interval?: number };

const patient = (options: number | Options | undefined): Options =>
  typeof options === 'number' ? { timeout: options } : { timeout: PATIENCE_MS, ...options };

const { waitFor, waitUntil } = vi;
vi.waitFor = (callback, options) => waitFor(callback, patient(options));
vi.waitUntil = (callback, options) => waitUntil(callback, patient(options));
