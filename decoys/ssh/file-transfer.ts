/** Which program of ours speaks on a channel in place of a shell: SFTP as a subsystem or by its path, SCP as the far end of an `scp -O`. */
import type { Clock } from '@netsentinel/contracts/clock';
import type { Machine, MachineUser, ShellObservation } from '../shell/shell.types.ts';
import type { ChannelProgram, ProgramStart } from './session-channel.ts';
import { scpCommandLine } from './scp/scp-command-line.ts';
import { ScpSession } from './scp/scp-session.ts';
import { SftpServer } from './sftp/sftp-server.ts';

export interface TransferIo {
  readonly machine: Machine;
  readonly user: string;
  readonly clock: Clock;
  send(chunk: Uint8Array): boolean;
  exit(code: number): void;
  observe(observation: ShellObservation): void;
}

/** Undefined for what is a matter of the shell. */
export function fileTransferProgram(start: ProgramStart, io: TransferIo): ChannelProgram | undefined {
  if (start.terminal !== undefined && start.kind !== 'subsystem') return undefined;
  const user = io.machine.user(io.user);
  if (user === undefined) return undefined;
  if (start.kind === 'subsystem' || start.command === '/usr/lib/openssh/sftp-server') return sftp(io, user);
  const argv = scpCommandLine(start.command ?? '', io.machine.fs, user);
  if (argv === undefined) return undefined;
  return new ScpSession({
    fs: io.machine.fs,
    user,
    argv,
    send: (chunk) => io.send(chunk),
    observe: (observation) => io.observe(observation),
    exit: (code) => io.exit(code),
  });
}

function sftp(io: TransferIo, user: MachineUser): ChannelProgram {
  return new SftpServer({
    fs: io.machine.fs,
    user,
    send: (chunk) => io.send(chunk),
    exit: (code) => io.exit(code),
    observe: (observation) => io.observe(observation),
    clock: io.clock,
    names: {
      user: (uid) => nameOf(io.machine, '/etc/passwd', uid),
      group: (gid) => nameOf(io.machine, '/etc/group', gid),
    },
    home: (name) => io.machine.user(name)?.home,
    timeZone: io.machine.persona.timeZone,
  });
}

const ROOT = { uid: 0, gid: 0, groups: [0] };

/** The name with this number as the machine's own files have it now: `name:x:number:…` in both. */
function nameOf(machine: Machine, path: string, id: number): string | undefined {
  const content = machine.fs.read(path, ROOT);
  if (!content.ok) return undefined;
  for (const line of Buffer.from(content.value).toString('utf8').split('\n')) {
    const [name, , number] = line.split(':');
    if (number === String(id)) return name;
  }
  return undefined;
}
