/** What the routes of the configuration share. */
import { z } from 'zod';

/** In a path or a query, so that it comes as text. */
export const VersionNumber = z
  .string()
  .regex(/^[1-9]\d{0,5}$/, 'a number')
  .transform(Number);
export const ByVersion = z.strictObject({ version: VersionNumber });

export const NO_SUCH_VERSION = 'There is no such version, or it is kept no more';
export const AWAY = 'It cannot be had now: it is being changed, or too many ask; `detail` says why';

/** By the launcher's code. */
export const STATUSES = {
  CONFIGURATION_UNKNOWN: 404,
  CONFIGURATION_INVALID: 422,
  CONFIGURATION_SECRET_UNKNOWN: 422,
  CONFIGURATION_KEPT: 403,
  CONFIGURATION_CHANGED: 412,
  CONFIGURATION_FILE_CHANGED: 409,
  CONFIGURATION_NOT_WRITABLE: 409,
  CONFIGURATION_NOT_KEPT: 503,
  CONFIGURATION_BUSY: 503,
  CONFIGURATION_FAILED: 503,
  CONFIGURATION_NO_ANSWER: 503,
} as const;
