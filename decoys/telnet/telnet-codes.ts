/** Telnet's commands (RFC 854) and the options that are spoken of here, by number. */
export const SE = 240;
export const DM = 242;
export const BREAK = 243;
export const IP = 244;
export const AO = 245;
export const AYT = 246;
export const EC = 247;
export const EL = 248;
export const SB = 250;
export const WILL = 251;
export const WONT = 252;
export const DO = 253;
export const DONT = 254;
export const IAC = 255;
/** Of LINEMODE (RFC 1184): end of file, suspend, abort. */
export const EOF = 236;
export const SUSP = 237;
export const ABORT = 238;

export const OPTION = {
  BINARY: 0,
  ECHO: 1,
  SGA: 3,
  STATUS: 5,
  TM: 6,
  LOGOUT: 18,
  TTYPE: 24,
  NAWS: 31,
  TSPEED: 32,
  LFLOW: 33,
  LINEMODE: 34,
  XDISPLOC: 35,
  OLD_ENVIRON: 36,
  AUTH: 37,
  ENCRYPT: 38,
  NEW_ENVIRON: 39,
} as const;

/** First byte of a suboption: here it is; say it. */
export const IS = 0;
export const SEND = 1;
