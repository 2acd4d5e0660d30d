/** The version of all of this. */
export const VERSION = '0.1.0';
