/** The personas that we ship, in `content/personas/`. They are JSON, so that the confined process and tests can read them without a parser. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { PersonaFile } from './persona-file.ts';

export const PERSONAS_FOLDER = join(import.meta.dirname, '../../content/personas');
export const DEFAULT_PERSONA = 'debian-12-server';

const loaded = new Map<string, PersonaFile>();

/** Names of ours, in alphabetical order. */
export function personaNames(): string[] {
  return readdirSync(PERSONAS_FOLDER)
    .filter((name) => existsSync(join(PERSONAS_FOLDER, name, 'persona.json')))
    .toSorted();
}

/** @throws NetSentinelError `PERSONA_PROFILE_UNKNOWN` where we have none of that name. */
export function loadPersona(name: string): PersonaFile {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  if (!/^[a-z0-9][a-z0-9.-]*$/.test(name) || !existsSync(join(PERSONAS_FOLDER, name, 'persona.json')))
    throw new NetSentinelError('PERSONA_PROFILE_UNKNOWN', 'user', `there is no persona "${name}"`, {
      hint: `Known here: ${personaNames().join(', ')}; or name a file of your own (\`netsentinel persona new\` writes one).`,
    });
  const file = PersonaFile.parse(JSON.parse(readFileSync(join(PERSONAS_FOLDER, name, 'persona.json'), 'utf8')));
  loaded.set(name, file);
  return file;
}
