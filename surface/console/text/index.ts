/**
 * All words that the console says, by page. A translation is another object of this shape; sentences with a name or a number in them are functions, so
 * that each language orders and counts in its own way.
 */
import { attackers } from './en/attackers.ts';
import { decoys } from './en/decoys.ts';
import { frame } from './en/frame.ts';
import { incidents } from './en/incidents.ts';
import { overview } from './en/overview.ts';
import { parts } from './en/parts.ts';
import { system } from './en/system.ts';

export const text = { attackers, decoys, frame, incidents, overview, parts, system } as const;
