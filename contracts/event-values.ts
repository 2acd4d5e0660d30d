/** The kinds of values that an event's fields take, each with its bound. */
import { z } from 'zod';

/** Any one text inside an event; longer text is cut by the sensor and marked with `netsentinel.truncated`. */
export const MAX_TEXT = 16 * 1024;
const MAX_KEYWORD = 1024;
export const MAX_LIST = 256;

export const text = z.string().max(MAX_TEXT);
export const keyword = z.string().max(MAX_KEYWORD);
export const keywords = z.array(keyword).max(MAX_LIST);
export const count = z.number().int().nonnegative();
/** Any finite number. */
export const float = z.number();
export const port = z.number().int().min(0).max(65_535);
export const ip = z.string().max(45);
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** ISO 8601 in UTC, with at least milliseconds: `2026-11-21T09:30:00.000Z`, up to nanoseconds. */
export const timestamp = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,9}Z$/);
