'use client';
/** In which mode the response is, and what that means. */
import { useStatus } from '../../lib/live.ts';
import * as text from '../../text/index.ts';

const words = text.response;

export function ModeNote() {
  const mode = useStatus()?.responseMode;
  if (mode === undefined) return null;
  return (
    <p className={`response-mode mode-${mode}`}>
      <strong>{words.modeName(mode)}</strong> <span className="dim">{words.mode[mode]}</span>
    </p>
  );
}
