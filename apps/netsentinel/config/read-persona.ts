/** The kind of machine that a name or a path stands for. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadPersona, personaNames } from '@netsentinel/decoys/persona/persona-library';
import { PersonaFile } from '@netsentinel/decoys/persona/persona-file';
import { loadConfig } from '@netsentinel/kernel/config';
import { NetSentinelError } from '@netsentinel/kernel/errors';

/**
 * `given`: the name of one of ours, or a YAML or JSON file, relative to `folder`.
 * @throws NetSentinelError `PERSONA_NOT_FOUND`, or `PERSONA_INVALID` with every mistake in the file and its line.
 */
export function readPersona(given: string, folder: string): PersonaFile {
  if (!/[/\\]|\.(?:ya?ml|json)$/.test(given) && personaNames().includes(given)) return loadPersona(given);
  const path = resolve(folder, given);
  if (!existsSync(path))
    throw new NetSentinelError('PERSONA_NOT_FOUND', 'user', `there is no persona "${given}" and no file of that name`, {
      hint: `Ours are ${personaNames().join(', ')}; \`netsentinel persona new FILE\` writes one to edit.`,
    });
  try {
    return loadConfig(PersonaFile, { file: given, text: readFileSync(path, 'utf8') }).config;
  } catch (error) {
    if (!(error instanceof NetSentinelError)) throw error;
    throw new NetSentinelError('PERSONA_INVALID', 'user', error.message, {
      hint: 'Mend the lines above; docs/reference/personas.md explains every key.',
      cause: error,
    });
  }
}
