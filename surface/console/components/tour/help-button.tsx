'use client';
/** Begins the guide, as often as a person likes. */
import { CircleQuestionMark } from 'lucide-react';
import { GUIDE_KEY } from '../../lib/guide-key.ts';
import { keep } from '../../lib/kept.ts';
import * as text from '../../text/index.ts';

export function HelpButton() {
  const name = text.tour.help;
  return (
    <button className="quiet" type="button" aria-label={name} title={name} onClick={() => keep(GUIDE_KEY, '0')}>
      <CircleQuestionMark size={16} aria-hidden />
    </button>
  );
}
