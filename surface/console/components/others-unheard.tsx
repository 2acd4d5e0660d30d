'use client';
/** That other platforms, whose consoles should hear each other, are not heard. Nothing while they are. */
import { visible } from '../lib/format.ts';
import { useStatus } from '../lib/live.ts';
import * as text from '../text/index.ts';

export function OthersUnheard() {
  const reason = useStatus()?.othersUnheard;
  if (reason === undefined) return null;
  return (
    <section className="notice" role="status" aria-label={text.parts.otherPlatforms}>
      <strong>{text.parts.othersUnheard}</strong>
      <div className="dim">{visible(reason)}</div>
    </section>
  );
}
