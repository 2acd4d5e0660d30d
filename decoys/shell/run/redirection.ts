/** File descriptors: opening what redirections name, duplicating, and telling the platform what was written once a file is closed. */
import { errorText } from '../fs/error-text.ts';
import type { CommandOutput } from '../command.types.ts';
import type { Redirect } from '../lang/ast.types.ts';
import { bytesOf } from '../lang/byte-text.ts';
import { AbandonLine } from './control-flow.ts';
import { expandQuoted, expandText, expandWords } from './expansion.ts';
import { printable } from './quoting.ts';
import type { ShellState } from './shell-state.ts';
import { BytesInput, DISCARD, FileInput, type OpenFile, emptyInput } from './streams.ts';
import { setElement } from './values.ts';

export { errorText };

export type FdTable = Map<number, OpenFile>;

const MAX_OBSERVED_FILE = 1024 * 1024;
const FLUSH_BYTES = 64 * 1024;
export function outputOf(fds: FdTable, fd: number): CommandOutput {
  return fds.get(fd)?.output ?? DISCARD;
}

/** Writes an error text to descriptor 2, introduced as bash does. */
export function complain(shell: ShellState, fds: FdTable, text: string): void {
  outputOf(fds, 2).write(shell.prefix() + text);
}

export interface Redirected {
  readonly fds: FdTable;
  /** Closes what was opened. */
  close(): void;
}

/** Applies redirections on top of a table; answers undefined after an error text. */
export async function redirect(
  shell: ShellState,
  fds: FdTable,
  redirects: readonly Redirect[],
): Promise<Redirected | undefined> {
  if (redirects.length === 0) return { fds, close: () => undefined };
  const table: FdTable = new Map(fds);
  const opened: OpenFile[] = [];
  const close = (): void => {
    for (const file of opened) file.close?.();
  };
  for (const item of redirects) {
    shell.session.budget.step();
    const problem = await applyOne(shell, table, item, opened);
    if (problem === undefined) continue;
    complain(shell, fds, `${problem}\n`);
    close();
    return undefined;
  }
  return { fds: table, close };
}

async function applyOne(
  shell: ShellState,
  table: FdTable,
  item: Redirect,
  opened: OpenFile[],
): Promise<string | undefined> {
  const reads = item.op === '<' || item.op === '<&' || item.op === '<>' || item.op.startsWith('<<');
  let fd = item.fd ?? (reads ? 0 : 1);
  if (item.variable !== undefined) {
    fd = 10;
    while (table.has(fd)) fd++;
    setElement(shell, item.variable, undefined, String(fd));
  }
  if (item.op === '<<' || item.op === '<<-' || item.op === '<<<') {
    const text =
      item.op === '<<<'
        ? `${await expandText(shell, table, item.target)}\n`
        : await expandQuoted(shell, table, item.target);
    table.set(fd, { input: new BytesInput(bytesOf(text)) });
    return undefined;
  }
  const targets = await expandWords(shell, table, [item.target]);
  if (targets.length !== 1) return `${item.target.raw}: ambiguous redirect`;
  const target = targets[0]!;
  if (item.op === '<&' || item.op === '>&') {
    if (target === '-') {
      table.delete(fd);
      return undefined;
    }
    const match = /^(\d+)(-?)$/.exec(target);
    if (match !== null) {
      const source = table.get(Number(match[1]));
      if (source === undefined) return `${match[1]}: Bad file descriptor`;
      table.set(fd, source);
      if (match[2] === '-') table.delete(Number(match[1]));
      return undefined;
    }
    if (item.op === '<&' || item.fd !== undefined) return `${item.target.raw}: ambiguous redirect`;
  }
  const both = item.op === '&>' || item.op === '&>>' || (item.op === '>&' && item.fd === undefined);
  const result = await openTarget(shell, table, target, item.op);
  if (typeof result === 'string') return result;
  opened.push(result);
  table.set(fd, result);
  if (both) table.set(2, result);
  return undefined;
}

async function openTarget(
  shell: ShellState,
  table: FdTable,
  target: string,
  op: Redirect['op'],
): Promise<OpenFile | string> {
  if (target === '') return ': No such file or directory';
  const path = shell.resolve(target);
  const device = await openDevice(shell, table, path, target);
  if (device !== undefined) return device;
  const { fs, budget } = shell.session;
  const stat = fs.stat(path, shell.user);
  if (op === '<' || op === '<>') {
    if (!stat.ok && op === '<') return `${target}: ${errorText(stat.error)}`;
    if (!stat.ok) fs.write(path, new Uint8Array(0), shell.user, { mode: 0o666 & ~shell.umask });
    else if (stat.value.type === 'directory' && op === '<>') return `${target}: Is a directory`;
    const probe = fs.read(path, shell.user, 0, 1);
    if (!probe.ok && probe.error !== 'EISDIR') return `${target}: ${errorText(probe.error)}`;
    const input = new FileInput((offset) => {
      const read = fs.read(path, shell.user, offset, 65_536);
      budget.step();
      return read.ok ? read.value : new Uint8Array(0);
    });
    return { input, path, ...(op === '<>' ? { output: new FileWriter(shell, path, true) } : {}) };
  }
  if (stat.ok && stat.value.type === 'directory') return `${target}: Is a directory`;
  const append = op === '>>' || op === '&>>';
  if (stat.ok && stat.value.type === 'file' && shell.options.has('noclobber') && !append && op !== '>|')
    return `${target}: cannot overwrite existing file`;
  const started = fs.write(path, new Uint8Array(0), shell.user, { append, mode: 0o666 & ~shell.umask });
  if (!started.ok) return `${target}: ${errorText(started.error)}`;
  const writer = new FileWriter(shell, path, append);
  return { output: writer, path, flush: () => writer.flush(), close: () => writer.close() };
}

async function openDevice(
  shell: ShellState,
  table: FdTable,
  path: string,
  target: string,
): Promise<OpenFile | string | undefined> {
  if (path === '/dev/null') return { input: emptyInput(), output: DISCARD };
  if (path === '/dev/stdin' || path === '/dev/fd/0') return table.get(0) ?? `${target}: No such file or directory`;
  if (path === '/dev/stdout' || path === '/dev/fd/1') return table.get(1) ?? `${target}: No such file or directory`;
  if (path === '/dev/stderr' || path === '/dev/fd/2') return table.get(2) ?? `${target}: No such file or directory`;
  const numbered = /^\/dev\/fd\/(\d+)$/.exec(path);
  if (numbered !== null) return table.get(Number(numbered[1])) ?? `${target}: No such file or directory`;
  if (path === '/dev/tty') {
    const file = [...table.values()].find((item) => item.output?.isTerminal === true);
    return file ?? `${target}: No such device or address`;
  }
  if (path === '/dev/full') return { output: { write: () => undefined, isTerminal: false }, input: emptyInput() };
  const network = /^\/dev\/(?:tcp|udp)\/([^/]+)\/([^/]+)$/.exec(path);
  if (network === null || shell.kind === 'dash') return undefined;
  const port = Number(network[2]);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) return `${network[2]}: invalid service name`;
  shell.session.observe({ kind: 'connect', tool: 'bash', host: network[1]!.slice(0, 255), port });
  const local = /^(?:127\.|localhost$)/.test(network[1]!);
  await shell.scope.sleep(local ? 1 : 3000);
  if (local && (port === 22 || port === 80)) return { input: emptyInput(), output: DISCARD };
  const why = local ? 'Connection refused' : 'Connection timed out';
  complain(shell, table, `connect: ${why}\n`);
  return `${target}: ${why}`;
}

/** Output into a file; held back in pieces, seen by others after each command. */
export class FileWriter implements CommandOutput {
  readonly isTerminal = false;
  readonly #shell: ShellState;
  readonly #path: string;
  #held: Uint8Array[] = [];
  #size = 0;
  #written = false;
  #failed = false;

  constructor(shell: ShellState, path: string, _append: boolean) {
    this.#shell = shell;
    this.#path = path;
  }

  write(data: string | Uint8Array): void {
    const bytes = typeof data === 'string' ? bytesOf(data) : data;
    if (bytes.length === 0) return;
    this.#held.push(bytes.slice());
    this.#size += bytes.length;
    this.#written = true;
    this.#shell.session.budget.output(bytes.length);
    if (this.#size > FLUSH_BYTES) this.flush();
  }

  flush(): void {
    if (this.#size === 0) return;
    const all = Buffer.concat(this.#held);
    this.#held = [];
    this.#size = 0;
    if (this.#failed) return;
    const { fs } = this.#shell.session;
    // What was unlinked meanwhile is not made again.
    if (!fs.stat(this.#path, this.#shell.user).ok) return;
    const result = fs.write(this.#path, all, { uid: 0, gid: 0, groups: [] }, { append: true });
    this.#failed = !result.ok;
  }

  close(): void {
    this.flush();
    if (!this.#written) return;
    this.#written = false;
    const root = { uid: 0, gid: 0, groups: [0] };
    const stat = this.#shell.session.fs.stat(this.#path, root);
    if (!stat.ok || stat.value.type !== 'file') return;
    const content = this.#shell.session.fs.read(this.#path, root, 0, MAX_OBSERVED_FILE);
    if (content.ok)
      this.#shell.session.observe({ kind: 'file', path: this.#path, content: content.value, how: 'redirect' });
  }
}

export function traceText(shell: ShellState, words: readonly string[]): string {
  const prompt = shell.vars.text('PS4') ?? '+ ';
  return `${prompt.slice(0, 1).repeat(Math.min(20, shell.subshellDepth + 1))}${prompt.slice(1)}${words.map((word) => printable(word)).join(' ')}\n`;
}

export { AbandonLine };
