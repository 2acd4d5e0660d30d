/** Bounds of what our processes say to each other, apart from its schemas: for who checks by hand. */

/** One frame is at most this large. */
export const MAX_WIRE_FRAME = 2 * 1024 * 1024;

/** Of the text of a configuration that comes through the API, in characters: longer ones are changed at the machine. */
export const MAX_CONFIGURATION = 100_000;
/** Of the reason that a person gives for a change, in characters. */
export const MAX_REASON = 500;
