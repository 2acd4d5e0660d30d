/**
 * What lies in a machine's web root and should not: the application's settings, a blog's configuration and copies of it. Whoever makes the machine's disk and
 * whoever answers for its website take it from here, so that both show the same.
 */
import type { Persona } from '../persona/persona.types.ts';

const WEB_ROOT = '/var/www/html';
const DAY_MS = 86_400_000;
/** Names that editors and people give to a copy. */
const COPIES = ['.bak', '.old', '.save', '~'] as const;

/** Paths on the disk, the first the original. */
export interface WebRootPlaces {
  readonly environment: readonly string[];
  /** Of a blog's configuration, which runs where it is asked for; the others are sent. */
  readonly wordpress: readonly string[];
}

/** Nothing where no PHP runs: what an application of another kind serves is its own. */
export function webRootPlaces(persona: Persona): WebRootPlaces {
  if (!hasWebRoot(persona)) return { environment: [], wordpress: [] };
  const copy = (name: string): string => COPIES[persona.derive(`web root copy ${name}`, 1)[0]! % COPIES.length]!;
  const blog = persona.sites.find(({ application }) => application === 'wordpress');
  const at = `${WEB_ROOT}${(blog?.path ?? '/').replace(/\/$/, '')}`;
  return {
    environment: [`${WEB_ROOT}/.env`, `${WEB_ROOT}/.env${copy('environment')}`],
    wordpress: blog === undefined ? [] : [`${at}/wp-config.php`, `${at}/wp-config.php${copy('wordpress')}`],
  };
}

/** Epoch ms at which it was put there. */
export function webRootFilledAt(persona: Persona): number {
  return persona.installedAt + 9 * DAY_MS;
}

/** As a path of the website: `/.env`. */
export function urlPathOf(place: string): string {
  return place.slice(WEB_ROOT.length);
}

/** Applications that have a server to themselves. */
const ALONE = new Set([
  'jenkins',
  'gitlab',
  'router',
  'camera',
  'kubernetes',
  'kubelet',
  'docker',
  'elasticsearch',
  'fortigate',
  'citrix',
  'nas',
]);

function hasWebRoot({ sites, software }: Persona): boolean {
  if (sites.length === 0 || (software.nginx === undefined && software.apache === undefined)) return false;
  return !sites.some(({ application, path }) => ALONE.has(application) && path === '/');
}
