/** Which program of ours speaks on a channel in place of a shell: none until SFTP and SCP are there. */
import type { Clock } from '@netsentinel/contracts/clock';
import type { Machine, ShellObservation } from '../shell/shell.types.ts';
import type { ChannelProgram, ProgramStart } from './session-channel.ts';

export interface TransferIo {
  readonly machine: Machine;
  readonly user: string;
  readonly clock: Clock;
  send(chunk: Uint8Array): void;
  exit(code: number): void;
  observe(observation: ShellObservation): void;
}

export function fileTransferProgram(_start: ProgramStart, _io: TransferIo): ChannelProgram | undefined {
  return undefined;
}
