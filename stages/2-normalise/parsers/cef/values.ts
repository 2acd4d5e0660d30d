/** Values of CEF as the types that their keys promise. */
import { numberIn } from '../../text/document.ts';
import { syslogHead } from '../../text/syslog-head.ts';
import { epochMs, isoTime } from '../../text/time.ts';
import type { LocalClock } from '../stateless.ts';
import type { ValueType } from './keys.ts';

/** Undefined where an empty value, or one that is not of its type, says nothing. */
export function typed(type: ValueType, value: string, clock: LocalClock): string | number | undefined {
  switch (type) {
    case 'number':
      return numberIn(value);
    case 'time':
      return timeOf(value, clock);
    case 'mac':
      return value.toLowerCase();
    default:
      return value === '' ? undefined : value;
  }
}

/** Milliseconds since the epoch, `MMM dd yyyy HH:mm:ss` with or without year and fraction, or ISO 8601. */
function timeOf(value: string, { zone, referenceMs }: LocalClock): string | undefined {
  return isoTime(epochMs(value)) ?? syslogHead(value, zone, referenceMs).time;
}

const WORDS: Readonly<Record<string, number>> = { low: 0, medium: 4, high: 7, 'very-high': 9 };

/** 0 to 10; words are the lowest number that they stand for. */
export function severityOf(text: string): number | undefined {
  return WORDS[text.toLowerCase()] ?? numberIn(text);
}

/** ECS writes MAC addresses in capitals, with dashes. */
export function ecsMac(mac: string | number | undefined): string | undefined {
  return typeof mac === 'string' ? mac.toUpperCase().replaceAll(':', '-') : undefined;
}
