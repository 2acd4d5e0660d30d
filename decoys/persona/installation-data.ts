/**
 * What a system installs, in `content/personas/<name>/`: its tree, small files and packages, read once and shared. Debian's is made by
 * `scripts/persona-data/`; others stand over it with what they have instead, and without what they have not.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { NetSentinelError } from '@netsentinel/kernel/errors';

export interface InstallationData {
  readonly facts: InstallationFacts;
  /** One entry a line; see `decoys/shell/fs/base-tree.ts`. */
  readonly tree: () => string;
  /** Small files by path. `{version}` and `{prettyName}` stand for those of the persona. */
  readonly texts: ReadonlyMap<string, string>;
  /** Paths of the tree that this system does not have. */
  readonly removed: readonly string[];
  readonly packages: readonly InstalledPackage[];
}

export interface InstallationFacts {
  readonly profile: string;
  /** The installation whose tree and packages this one stands over. */
  readonly over?: string;
  readonly version: string;
  readonly ssh: string;
  /** Those whose files are in the tree. */
  readonly kernels: readonly { readonly release: string; readonly version: string; readonly built: string }[];
  /** Who built the kernel with what, as `/proc/version` has it. */
  readonly kernelBuiltBy: string;
  /** Version of systemd's package. */
  readonly systemd: string;
  readonly packageManager: 'apt' | 'dnf';
  /** What `lsb_release` prints. */
  readonly lsb: {
    readonly id: string;
    readonly description: string;
    readonly release: string;
    readonly codename: string;
  };
  readonly maintainer: string;
  /** Where packages come from: address and suite. */
  readonly mirrors: readonly (readonly [string, string])[];
  readonly components: string;
}

export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly section: string;
  readonly installedKb: number;
  readonly priority: string;
  readonly synopsis: string;
}

/** What an installation that stands over another has in its file besides the facts. */
interface Differences {
  readonly removed?: readonly string[];
  readonly texts?: Readonly<Record<string, string>>;
  readonly packages?: readonly (readonly [string, string])[];
}

const loaded = new Map<string, InstallationData>();
const FOLDER = join(import.meta.dirname, '../../content/personas');

/** @throws NetSentinelError `PERSONA_PROFILE_UNKNOWN` where there is no such folder. */
export function loadInstallation(name: string): InstallationData {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  if (!/^[a-z0-9][a-z0-9.-]*$/.test(name)) throw unknown(name);
  const folder = join(FOLDER, name);
  let facts: InstallationFacts & Differences;
  try {
    facts = JSON.parse(readFileSync(join(folder, 'installation.json'), 'utf8')) as InstallationFacts & Differences;
  } catch (cause) {
    throw unknown(name, cause);
  }
  const data = facts.over === undefined ? readWhole(folder, facts) : standOver(loadInstallation(facts.over), facts);
  loaded.set(name, data);
  return data;
}

function readWhole(folder: string, facts: InstallationFacts): InstallationData {
  const unpack = (file: string): string => brotliDecompressSync(readFileSync(join(folder, file))).toString('utf8');
  let packages: InstalledPackage[] | undefined;
  return {
    facts,
    texts: new Map(Object.entries(JSON.parse(unpack('texts.json.br')) as Record<string, string>)),
    removed: [],
    tree: () => unpack('tree.tsv.br'),
    get packages() {
      packages ??= parsePackages(unpack('packages.tsv.br'));
      return packages;
    },
  };
}

function standOver(base: InstallationData, facts: InstallationFacts & Differences): InstallationData {
  const { removed = [], texts = {}, packages = [] } = facts;
  const isRemoved = (path: string): boolean => removed.some((one) => path === one || path.startsWith(`${one}/`));
  let list: readonly InstalledPackage[] | undefined;
  return {
    facts,
    removed,
    tree: base.tree,
    texts: new Map([...[...base.texts].filter(([path]) => !isRemoved(path)), ...Object.entries(texts)]),
    get packages() {
      list ??= facts.packageManager === 'apt' ? renamed(base.packages, packages) : packages.map(rpmOf);
      return list;
    },
  };
}

/** The other distribution's packages that go by the same names, in its versions. */
function renamed(
  base: readonly InstalledPackage[],
  versions: readonly (readonly [string, string])[],
): InstalledPackage[] {
  const known = new Map(versions);
  return base
    .filter(({ name }) => !/debian|linux-image/.test(name))
    .map((item) => ({
      ...item,
      version:
        known.get(item.name) ?? item.version.replace(/[+~]deb12u(\d+)/, 'ubuntu0.$1').replace(/\+b\d+$/, 'build1'),
    }));
}

function rpmOf([name, version]: readonly [string, string]): InstalledPackage {
  const architecture =
    /^(?:basesystem|ca-certificates|dnf|yum|crypto-policies|firewalld|rocky-|rootfiles|selinux-policy|setup|tzdata)/.test(
      name,
    )
      ? 'noarch'
      : 'x86_64';
  return { name, version, architecture, section: '', installedKb: 0, priority: '', synopsis: '' };
}

function parsePackages(text: string): InstalledPackage[] {
  const packages: InstalledPackage[] = [];
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

function unknown(name: string, cause?: unknown): NetSentinelError {
  return new NetSentinelError('PERSONA_PROFILE_UNKNOWN', 'user', `there is no installation "${name}"`, {
    hint: 'Use one of the folders in content/personas/ that has an installation.json.',
    cause,
  });
}
