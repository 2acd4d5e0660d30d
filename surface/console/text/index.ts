/**
 * All words that the console says, by page. A translation is another object of this shape; sentences with a name or a number in them are functions, so
 * that each language orders and counts in its own way.
 */
import { access } from './en/access.ts';
import { attack } from './en/attack.ts';
import { audit } from './en/audit.ts';
import { door } from './en/door.ts';
import { frame } from './en/frame.ts';
import { incidents } from './en/incidents.ts';
import { overview } from './en/overview.ts';
import { parts } from './en/parts.ts';
import { response } from './en/response.ts';
import { settings } from './en/settings.ts';
import { tour } from './en/tour.ts';

export const text = {
  access,
  attack,
  audit,
  door,
  frame,
  incidents,
  overview,
  parts,
  response,
  settings,
  tour,
} as const;
