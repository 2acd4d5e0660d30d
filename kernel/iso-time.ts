/** When a time in ISO 8601 is. On the hot path: most times that are asked for lie within a minute of the one before, and many are asked for again. */

let lastText = '';
let lastMs = Number.NaN;
let lastMinute = '-';
let lastMinuteMs = Number.NaN;

/** When `2026-11-21T09:30:00.000Z` is, with any number of further digits: as `Date.parse` has it, and NaN for what it does not know. */
export function isoMs(text: string): number {
  if (text === lastText) return lastMs;
  lastText = text;
  return (lastMs = msOf(text));
}

function msOf(text: string): number {
  if (text.length >= 24 && text.startsWith(lastMinute)) {
    const second = digits(text, 17, 2);
    const fraction = digits(text, 20, 3);
    if (second >= 0 && second < 60 && fraction >= 0 && isUtcAfter(text, 23))
      return lastMinuteMs + second * 1000 + fraction;
  }
  const ms = Date.parse(text);
  const minute = text.slice(0, 17);
  const minuteMs = ISO_MINUTE.test(minute) ? Date.parse(`${minute}00.000Z`) : Number.NaN;
  lastMinute = Number.isNaN(minuteMs) ? '-' : minute;
  lastMinuteMs = minuteMs;
  return ms;
}

const ISO_MINUTE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:$/;

/** Nothing from here on but digits, then `Z`. */
function isUtcAfter(text: string, from: number): boolean {
  const last = text.length - 1;
  for (let at = from; at < last; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x30 || code > 0x39) return false;
  }
  return text.charCodeAt(last) === 0x5a && text.charCodeAt(19) === 0x2e;
}

/** The number of exactly `length` digits; -1 where there are none. */
export function digits(text: string, at: number, length: number): number {
  let value = 0;
  for (let i = at; i < at + length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}
