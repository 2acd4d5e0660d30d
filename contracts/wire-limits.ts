/** Bounds of the wire between sensor and platform, apart from its schemas: for who checks by hand. */

/** One frame is at most this large. */
export const MAX_WIRE_FRAME = 2 * 1024 * 1024;
