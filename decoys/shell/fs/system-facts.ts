/** What the installed system says of itself in more than one place. */
import { loadInstallation, type InstallationFacts } from '../../persona/installation-data.ts';
import type { Persona } from '../../persona/persona.types.ts';

function factsOf({ files }: Persona): InstallationFacts {
  return loadInstallation(files === 'busybox' || files === 'none' ? 'debian-12-server' : files).facts;
}

/** As `/proc/version` has it between the release and the version. */
export function kernelBuiltBy(persona: Persona): string {
  if (persona.files === 'busybox') return persona.os.machine === 'mips' ? MIPS_BUILD : ARM_BUILD;
  return factsOf(persona).kernelBuiltBy;
}

/** The version of systemd's package: `252.39-1~deb12u2`. */
export function systemdVersion(persona: Persona): string {
  return factsOf(persona).systemd;
}

/** What `lsb_release` prints. */
export function lsbOf(persona: Persona): InstallationFacts['lsb'] {
  const { lsb } = factsOf(persona);
  const { version, prettyName } = persona.os;
  return {
    ...lsb,
    release: lsb.release.replace('{version}', version),
    description: lsb.description.replace('{prettyName}', prettyName),
  };
}

const MIPS_BUILD = '(jenkins@build-srv) (gcc version 4.6.3 (Buildroot 2012.11.1) )';
const ARM_BUILD =
  '(build@fw-server) (gcc version 4.4.1 (Hisilicon_v100(gcc4.4-290+uclibc_0.9.32.1+eabi+linuxpthread)) )';
