/** What statements do beyond asking: the moves of an attacker, each told once with its ATT&CK technique, beside the statement itself. */
import type { ServiceSession } from '../service/service.types.ts';
import { techniques } from './techniques.ts';

export type Move = keyof typeof techniques;

/** What a session of the engine tells its protocol. */
export interface SqlWatch {
  /** A file of the machine was asked for. */
  fileRead(path: string, found: boolean): void;
  /** A file was written; its content is kept. */
  fileWritten(path: string, content: Uint8Array, allowed: boolean): void;
  /** A command of the operating system would have run. */
  command(line: string, how: string): void;
  /** Another machine would have been spoken to. */
  outbound(host: string, port: number, how: string): void;
  move(move: Move, detail: string): void;
}

const MAX_MOVES = 200;

export function sqlWatch(session: ServiceSession): SqlWatch {
  let moves = 0;
  const bounded = (): boolean => ++moves <= MAX_MOVES;
  return {
    fileRead(path, found) {
      if (bounded())
        session.report.file({
          path,
          action: 'read',
          outcome: found ? 'success' : 'failure',
          extra: { threat: threatOf('file-read') },
        });
    },
    fileWritten(path, content, allowed) {
      if (!bounded()) return;
      const move = /\.(php\d?|phtml|jsp|asp|aspx|cgi)$/i.test(path)
        ? 'web-shell'
        : /\.(so|dll)$/i.test(path)
          ? 'library'
          : /cron|\.ssh\/|profile$|bashrc$/.test(path)
            ? 'persistence'
            : 'file-write';
      const extra = { threat: threatOf(move) };
      session.keep(content).then(
        (kept) => {
          if (allowed) session.report.upload({ path, kept, extra });
          else session.report.file({ path, action: 'write', bytes: content.length, outcome: 'failure', extra });
        },
        () => {},
      );
    },
    command(line, how) {
      if (bounded()) session.report.command(line, { tags: [how], threat: threatOf('command') });
    },
    outbound(host, port, how) {
      if (bounded()) session.report.forward('connect', host, port, how);
    },
    move(move, detail) {
      if (bounded())
        session.report.other(move, { message: detail.slice(0, 1024), tags: [move], threat: threatOf(move) });
    },
  };
}

export function threatOf(move: Move): {
  framework: string;
  technique: { id: string[]; name: string[] };
  tactic: { id: string[]; name: string[] };
} {
  const [technique, name, tactic, tacticName] = techniques[move];
  return {
    framework: 'MITRE ATT&CK',
    technique: { id: [technique], name: [name] },
    tactic: { id: [tactic], name: [tacticName] },
  };
}
