/** Pure: the way of the guide through the pages. */
import type { guide } from '../text/en/guide.ts';

export type GuideStepName = keyof typeof guide.steps;

export interface GuideStep {
  readonly name: GuideStepName;
  readonly href: string;
  /** What it tells of, the first of these that is there. */
  readonly shows: string;
}

/** The recorded attack that has a terminal. */
const STORY = '/incident/?id=tour~ssh-intruder';

const STEPS: readonly (GuideStep & { readonly of?: 'tour' | 'own' })[] = [
  { name: 'overview', href: '/', shows: '#content h1' },
  { name: 'incidents', href: '/incidents/', shows: '#content h1', of: 'own' },
  { name: 'story', href: STORY, shows: '#content h1', of: 'tour' },
  { name: 'replay', href: STORY, shows: '.ap-player', of: 'tour' },
  { name: 'done', href: STORY, shows: '.kind-action', of: 'tour' },
  { name: 'hunt', href: '/hunt/', shows: '#content h1' },
  { name: 'attack', href: '/', shows: '[data-testid="check-decoy"], .first .lines' },
];

/** `hasPage`: whether this person may see a page, and there is one. */
export function guideSteps(isOnTour: boolean, hasPage: (href: string) => boolean): readonly GuideStep[] {
  const left = isOnTour ? 'own' : 'tour';
  return STEPS.filter(({ href, of }) => of !== left && (href.startsWith('/incident/') || hasPage(href)));
}

/** The number of the step that is shown; undefined where none is. */
export function stepOf(kept: string, steps: number): number | undefined {
  if (!/^\d{1,2}$/.test(kept) || steps === 0) return undefined;
  return Math.min(Number(kept), steps - 1);
}
