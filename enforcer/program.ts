/**
 * Runs the programs that responders and the list of protected assets need: always with an argument list and never a shell, with a
 * fixed search path and environment, with an end to their time and a bound on what they may say.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import type { Readable, Writable } from 'node:stream';

/** Fixed, so that no environment variable decides what runs with our rights. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/sbin', '/usr/bin', '/bin', '/usr/local/sbin', '/usr/local/bin'];
/** HOME keeps interactive nft from writing a history file anywhere. */
const ENVIRONMENT = { PATH: SYSTEM_FOLDERS.join(':'), LC_ALL: 'C', HOME: '/dev/null' };
const MAX_OUTPUT = 256 * 1024;

/** A program and the arguments that always come first. */
export type Command = readonly [string, ...string[]];
export type CommandResult = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** The command that runs `program`, or undefined where it is in none of the system folders. */
export function findProgram(program: string): Command | undefined {
  for (const folder of SYSTEM_FOLDERS) {
    const path = `${folder}/${program}`;
    try {
      accessSync(path, constants.X_OK);
      return [path];
    } catch {
      continue;
    }
  }
  return undefined;
}

export function startProgram(
  command: Command,
  args: readonly string[],
  { detached = false } = {},
): ChildProcessByStdio<Writable, Readable, Readable> {
  const [program, ...leading] = command;
  const stdio: ['pipe', 'pipe', 'pipe'] = ['pipe', 'pipe', 'pipe'];
  return spawn(program, [...leading, ...args], { stdio, env: ENVIRONMENT, shell: false, detached });
}

/** A program that has ended says nothing more; what it started in turn may hold on to its output for ever. */
const AFTER_END_MS = 500;

/**
 * Runs one command to its end with `input` on stdin; `output` and `complaint` are what it wrote to stdout and stderr. When its time is over it
 * is killed, and all that it started with it. Never rejects.
 */
export function runProgram(
  command: Command,
  args: readonly string[],
  options: {
    readonly input?: string;
    readonly timeoutMs: number;
    readonly maxOutput?: number;
    /** Is given what it writes to stdout as it comes, of whatever length; `output` stays empty then. */
    readonly onOutput?: (text: string) => void;
  },
): Promise<CommandResult & { readonly output: string; readonly complaint: string }> {
  return new Promise((resolve) => {
    const child = startProgram(command, args, { detached: true });
    const limit = options.maxOutput ?? MAX_OUTPUT;
    let output = '';
    let complaint = '';
    let timer = setTimeout(() => killGroup(child), options.timeoutMs);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (options.onOutput !== undefined) options.onOutput(text);
      else if (output.length < limit) output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (complaint.length < MAX_OUTPUT) complaint += text;
    });
    child.stdin.on('error', () => {});
    child.once('error', (error) => {
      clearTimeout(timer);
      resolve({ ok: false, reason: error.message, output, complaint });
    });
    child.once('exit', () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, AFTER_END_MS);
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve({ ok: true, output, complaint });
      else resolve({ ok: false, reason: summarize(complaint) || `ended with ${signal ?? code}`, output, complaint });
    });
    child.stdin.end(options.input ?? '');
  });
}

/** The program leads a group of its own (`detached`), in which is what it started. */
function killGroup(child: ChildProcessByStdio<Writable, Readable, Readable>): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

export type RunProgram = typeof runProgram;

/** The first line of a complaint, without the echo of what was asked. */
export function summarize(complaint: string): string {
  const line = complaint.split('\n').find((text) => text.trim() !== '') ?? '';
  return line.slice(0, 300).trim();
}

/** A program that does not end when asked to is killed after this long. */
const END_MS = 1000;

/** Resolves when the process, which was asked to end, has ended; kills it where it lingers. Never rejects. */
export function ended(child: ChildProcessByStdio<Writable, Readable, Readable>): Promise<void> {
  // Without a process id it never began, or its error was told already.
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), END_MS);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
