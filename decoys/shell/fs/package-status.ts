/** `/var/lib/dpkg/status`: the installed packages as dpkg keeps them, without the long descriptions. */
import type { ProfileData } from '../../persona/profile-data.ts';
import type { GeneratedFile } from './generated-file.ts';

export function packageStatus(data: ProfileData): GeneratedFile {
  const text = data.packages
    .map(
      (item) =>
        `Package: ${item.name}\nStatus: install ok installed\nPriority: ${item.priority}\nSection: ${item.section}\nInstalled-Size: ${item.installedKb}\nMaintainer: Debian Developers <debian-devel@lists.debian.org>\nArchitecture: ${item.architecture}\nVersion: ${item.version}\nDescription: ${item.synopsis}\n`,
    )
    .join('\n');
  return { path: '/var/lib/dpkg/status', text: new TextEncoder().encode(`${text}\n`) };
}
