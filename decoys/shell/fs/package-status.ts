/** `/var/lib/dpkg/status`: the installed packages as dpkg keeps them, without the long descriptions. */
import type { InstallationData } from '../../persona/installation-data.ts';
import { packagesOf } from '../../persona/installed-packages.ts';
import type { Persona } from '../../persona/persona.types.ts';
import type { GeneratedFile } from './generated-file.ts';

/** None where another program keeps the packages. */
export function packageStatus(persona: Persona, { facts }: InstallationData): GeneratedFile[] {
  if (facts.packageManager !== 'apt') return [];
  const text = packagesOf(persona)
    .map(
      (item) =>
        `Package: ${item.name}\nStatus: install ok installed\nPriority: ${item.priority}\nSection: ${item.section}\nInstalled-Size: ${item.installedKb}\nMaintainer: ${facts.maintainer}\nArchitecture: ${item.architecture}\nVersion: ${item.version}\nDescription: ${item.synopsis}\n`,
    )
    .join('\n');
  return [{ path: '/var/lib/dpkg/status', text: new TextEncoder().encode(`${text}\n`) }];
}
