/** Every program of the machine by name, one line per family. What is not listed is "command not found". */
import type { Command, CommandTable } from '../command.types.ts';
import { accountToolCommands } from './account-tools.ts';
import { archiveCommands } from './archives.ts';
import { awkCommands } from './awk.ts';
import { bcCommands } from './bc.ts';
import { builtinTwinCommands } from './builtin-twins.ts';
import { busyboxCommands } from './busybox.ts';
import { catCommands } from './cat.ts';
import { codecCommands } from './codecs.ts';
import { connectCommands } from './connect.ts';
import { copyMoveCommands } from './copy-move.ts';
import { curlCommands } from './curl.ts';
import { dateCommands } from './dates.ts';
import { diskCommands } from './disk.ts';
import { findCommands } from './find.ts';
import { firewallCommands } from './firewall.ts';
import { grepCommands } from './grep.ts';
import { hardwareCommands } from './hardware.ts';
import { identityCommands } from './identity.ts';
import { interpreterCommands } from './interpreters.ts';
import { lsCommands } from './ls.ts';
import { makeRemoveCommands } from './make-remove.ts';
import { miscCommands } from './misc-tools.ts';
import { networkCommands } from './network.ts';
import { orderingCommands } from './ordering.ts';
import { packageCommands } from './packages.ts';
import { pathCommands } from './paths.ts';
import { permissionCommands } from './permissions.ts';
import { processCommands } from './processes.ts';
import { sedCommands } from './sed.ts';
import { serviceClientCommands } from './service-clients.ts';
import { serviceCommands } from './services.ts';
import { signalCommands } from './signals.ts';
import { sliceCommands } from './slices.ts';
import { statFileCommands } from './stat-file.ts';
import { sysctlCommands } from './sysctl.ts';
import { systemInfoCommands } from './system-info.ts';
import { terminalCommands } from './terminal-tools.ts';
import { topCommands } from './top.ts';
import { transformCommands } from './transforms.ts';
import { wgetCommands } from './wget.ts';
import { wrapperCommands } from './wrappers.ts';
import { zipCommands } from './zip-tools.ts';
import { switchUserCommands } from './switch-user.ts';
import { socketCommands } from './sockets.ts';
import { nameLookupCommands } from './name-lookups.ts';
import { generatorCommands } from './generators.ts';
import { blockDeviceCommands } from './block-devices.ts';
import { kernelCommands } from './kernel.ts';
import { dumpCommands } from './dumps.ts';
import { gzipCommands } from './gzip.ts';
import { ddCommands } from './dd.ts';
import { mountCommands } from './mounts.ts';
import { cronCommands } from './cron.ts';
import { powerCommands } from './power.ts';
import { probeCommands } from './probes.ts';
import { xargsCommands } from './xargs.ts';
import { passwordCommands } from './password-tools.ts';
import { removeCommands } from './remove.ts';
import { comparingCommands } from './uniq-comm.ts';
import { memoryInfoCommands } from './memory-info.ts';
import { dnfCommands } from './dnf.ts';
import { dpkgCommands } from './dpkg.ts';
import { trCommands } from './tr.ts';
import { pastLoginCommands } from './past-logins.ts';
import { daemonCommands } from './daemons.ts';
import { diffCommands } from './diff.ts';
import { hostFactCommands } from './host-facts.ts';
import { htopCommands } from './htop.ts';
import { otherNameCommands } from './other-names.ts';
import { rsyncCommands } from './rsync.ts';
import { runUnderCommands } from './run-under.ts';
import { sshToolCommands } from './ssh-tools.ts';
import { straceCommands } from './strace.ts';
import { xzCommands } from './xz.ts';

const FAMILIES: readonly CommandTable[] = [
  bcCommands,
  daemonCommands,
  hostFactCommands,
  htopCommands,
  otherNameCommands,
  rsyncCommands,
  runUnderCommands,
  sshToolCommands,
  straceCommands,
  xzCommands,
  diffCommands,
  pastLoginCommands,
  trCommands,
  dnfCommands,
  dpkgCommands,
  memoryInfoCommands,
  comparingCommands,
  removeCommands,
  passwordCommands,
  xargsCommands,
  probeCommands,
  powerCommands,
  cronCommands,
  mountCommands,
  ddCommands,
  gzipCommands,
  dumpCommands,
  kernelCommands,
  blockDeviceCommands,
  generatorCommands,
  nameLookupCommands,
  socketCommands,
  switchUserCommands,
  accountToolCommands,
  archiveCommands,
  awkCommands,
  builtinTwinCommands,
  busyboxCommands,
  catCommands,
  codecCommands,
  connectCommands,
  copyMoveCommands,
  curlCommands,
  dateCommands,
  diskCommands,
  findCommands,
  firewallCommands,
  grepCommands,
  hardwareCommands,
  identityCommands,
  interpreterCommands,
  lsCommands,
  makeRemoveCommands,
  miscCommands,
  networkCommands,
  orderingCommands,
  packageCommands,
  pathCommands,
  permissionCommands,
  processCommands,
  sedCommands,
  serviceClientCommands,
  serviceCommands,
  signalCommands,
  sliceCommands,
  statFileCommands,
  sysctlCommands,
  systemInfoCommands,
  terminalCommands,
  topCommands,
  transformCommands,
  wgetCommands,
  wrapperCommands,
  zipCommands,
];

export interface Program {
  /** Where the binary lies, under the merged /usr. */
  readonly path: string;
  readonly run: Command;
}

export const commandTable: ReadonlyMap<string, Program> = new Map(FAMILIES.flatMap((family) => Object.entries(family)));

/** The program of this name; a path finds it by its last part only when that is where it lies. */
export function findCommand(name: string): Program | undefined {
  if (!name.includes('/')) return commandTable.get(name);
  const program = commandTable.get(name.slice(name.lastIndexOf('/') + 1));
  return program !== undefined && (program.path === name || program.path === `/usr${name}`) ? program : undefined;
}
