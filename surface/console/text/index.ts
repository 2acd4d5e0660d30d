/**
 * All words that the console says, by page. A translation is another module of this shape; sentences with a name or a number in them are functions, so
 * that each language orders and counts in its own way.
 */
export { access } from './en/access.ts';
export { attack } from './en/attack.ts';
export { attackers } from './en/attackers.ts';
export { audit } from './en/audit.ts';
export { decoys } from './en/decoys.ts';
export { door } from './en/door.ts';
export { exceptions } from './en/exceptions.ts';
export { firstMinutes } from './en/first-minutes.ts';
export { frame } from './en/frame.ts';
export { guide } from './en/guide.ts';
export { hunt } from './en/hunt.ts';
export { huntFields } from './en/hunt-fields.ts';
export { incident } from './en/incident.ts';
export { incidents } from './en/incidents.ts';
export { live } from './en/live.ts';
export { measures } from './en/measures.ts';
export { overview } from './en/overview.ts';
export { parts } from './en/parts.ts';
export { response } from './en/response.ts';
export { rules } from './en/rules.ts';
export { settings } from './en/settings.ts';
export { system } from './en/system.ts';
export { tour } from './en/tour.ts';
