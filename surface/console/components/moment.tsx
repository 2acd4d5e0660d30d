/** Moments as people read them; exact on hover. */
import { duration, exactTime, isoTime, relativeTime } from '../lib/format.ts';
import * as text from '../text/index.ts';

export function Ago({ at, now }: { readonly at: number; readonly now: number }) {
  return (
    <time dateTime={isoTime(at)} title={exactTime(at)}>
      {relativeTime(at, now)}
    </time>
  );
}

export function Until({ at, now }: { readonly at: number; readonly now: number }) {
  return (
    <time dateTime={isoTime(at)} title={exactTime(at)}>
      {at > now ? text.parts.until(duration(at - now)) : text.parts.over}
    </time>
  );
}
