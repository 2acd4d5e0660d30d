/**
 * All words that the console says, by page. A translation is another object of this shape; sentences with a name or a number in them are functions, so
 * that each language orders and counts in its own way.
 */
import { frame } from './en/frame.ts';
import { hunt } from './en/hunt.ts';
import { huntFields } from './en/hunt-fields.ts';
import { incidents } from './en/incidents.ts';
import { overview } from './en/overview.ts';
import { parts } from './en/parts.ts';
import { rules } from './en/rules.ts';

export const text = { frame, hunt, huntFields, incidents, overview, parts, rules } as const;
