/** The data of a persona's profile in `content/personas/<profile>/`, read once and shared: made by `scripts/persona-data/<profile>.ts`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { NetSentinelError } from '@netsentinel/kernel/errors';

export interface ProfileData {
  readonly facts: ProfileFacts;
  /** One entry a line; see `decoys/shell/fs/base-tree.ts`. */
  readonly tree: () => string;
  /** Small files by path. */
  readonly texts: ReadonlyMap<string, string>;
  readonly packages: readonly DebianPackage[];
}

export interface ProfileFacts {
  readonly profile: string;
  readonly version: string;
  readonly ssh: string;
  readonly kernels: readonly { readonly release: string; readonly version: string; readonly built: string }[];
}

export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly section: string;
  readonly installedKb: number;
  readonly priority: string;
  readonly synopsis: string;
}

const loaded = new Map<string, ProfileData>();
const FOLDER = join(import.meta.dirname, '../../content/personas');

/** @throws NetSentinelError `PERSONA_PROFILE_UNKNOWN` where there is no such folder. */
export function loadProfile(profile: string): ProfileData {
  const known = loaded.get(profile);
  if (known !== undefined) return known;
  if (!/^[a-z0-9-]+$/.test(profile)) throw unknown(profile);
  const folder = join(FOLDER, profile);
  let facts: ProfileFacts;
  try {
    facts = JSON.parse(readFileSync(join(folder, 'persona.json'), 'utf8')) as ProfileFacts;
  } catch (cause) {
    throw unknown(profile, cause);
  }
  const unpack = (file: string): string => brotliDecompressSync(readFileSync(join(folder, file))).toString('utf8');
  const texts = new Map(Object.entries(JSON.parse(unpack('texts.json.br')) as Record<string, string>));
  let packages: DebianPackage[] | undefined;
  const data: ProfileData = {
    facts,
    texts,
    tree: () => unpack('tree.tsv.br'),
    get packages() {
      packages ??= parsePackages(unpack('packages.tsv.br'));
      return packages;
    },
  };
  loaded.set(profile, data);
  return data;
}

function parsePackages(text: string): DebianPackage[] {
  const packages: DebianPackage[] = [];
  for (const line of text.split('\n')) {
    const [name, version, architecture, section, size, priority, synopsis] = line.split('\t');
    if (name === undefined || name === '' || synopsis === undefined) continue;
    packages.push({
      name,
      version: version!,
      architecture: architecture!,
      section: section!,
      installedKb: Number(size),
      priority: priority!,
      synopsis,
    });
  }
  return packages;
}

function unknown(profile: string, cause?: unknown): NetSentinelError {
  return new NetSentinelError('PERSONA_PROFILE_UNKNOWN', 'user', `there is no persona profile "${profile}"`, {
    hint: 'Use one of the folders in content/personas/.',
    cause,
  });
}
