/**
 * The machine behind a login: one persona's installed system, and what one attacker made of it. Costs a few hundred bytes until the attacker
 * changes something; sessions of the same attacker share it.
 */
import type { Clock } from '@netsentinel/contracts/clock';
import type { Persona } from '../persona/persona.types.ts';
import { OverlayFileSystem } from './fs/overlay-fs.ts';
import { personaBase } from './fs/persona-base.ts';
import { restoreSnapshot, takeSnapshot } from './fs/snapshot.ts';
import { openShell } from './session.ts';
import type { FileSystem, Machine, MachineUser, OpenMachine, ShellOptions, ShellSession } from './shell.types.ts';

const ROOT = { uid: 0, gid: 0, groups: [0] };

export const openMachine: OpenMachine = (persona, clock, snapshot) => new PersonaMachine(persona, clock, snapshot);

class PersonaMachine implements Machine {
  readonly persona: Persona;
  readonly #clock: Clock;
  readonly #fs: OverlayFileSystem;

  constructor(persona: Persona, clock: Clock, snapshot: Uint8Array | undefined) {
    this.persona = persona;
    this.#clock = clock;
    const base = personaBase(persona, clock.now());
    this.#fs = new OverlayFileSystem(base.tree, (entry) => base.content(entry, clock.now()), clock);
    if (snapshot !== undefined) restoreSnapshot(this.#fs, snapshot);
  }

  get fs(): FileSystem {
    return this.#fs;
  }

  get revision(): number {
    return this.#fs.revision;
  }

  user(name: string): MachineUser | undefined {
    return findAccount(this.persona, this.#fs, name);
  }

  snapshot(): Uint8Array {
    return takeSnapshot(this.#fs);
  }

  openShell(options: ShellOptions): ShellSession {
    return openShell(this, this.#fs, this.#clock, options);
  }
}

/** The accounts of the installed system, one object each for all machines of a persona where nothing was changed yet. */
const installed = new WeakMap<Persona, Map<string, MachineUser>>();

/** The account as the machine has it now. */
function findAccount(persona: Persona, fs: OverlayFileSystem, name: string): MachineUser | undefined {
  if (fs.revision > 0) return findUser(fs, name);
  const known = installed.get(persona) ?? new Map<string, MachineUser>();
  installed.set(persona, known);
  const user = known.get(name) ?? findUser(fs, name);
  if (user !== undefined) known.set(name, user);
  return user;
}

/** The account as `/etc/passwd` and `/etc/group` have it. */
function findUser(fs: FileSystem, name: string): MachineUser | undefined {
  const passwd = readText(fs, '/etc/passwd');
  for (const line of passwd.split('\n')) {
    const fields = line.split(':');
    if (fields[0] !== name || fields.length < 7) continue;
    const uid = Number.parseInt(fields[2]!, 10);
    const gid = Number.parseInt(fields[3]!, 10);
    if (!Number.isInteger(uid) || !Number.isInteger(gid)) return undefined;
    const groups = [gid];
    for (const group of readText(fs, '/etc/group').split('\n')) {
      const [, , id, members] = group.split(':');
      if (members !== undefined && members.split(',').includes(name)) groups.push(Number.parseInt(id!, 10));
    }
    return {
      name,
      uid,
      gid,
      groups: groups.filter((id) => Number.isInteger(id)),
      home: fields[5]! || '/',
      shell: fields[6]! || '/bin/sh',
    };
  }
  return undefined;
}

function readText(fs: FileSystem, path: string): string {
  const read = fs.read(path, ROOT);
  return read.ok ? new TextDecoder().decode(read.value) : '';
}
