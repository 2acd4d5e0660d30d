/** The home of a user on both sides of a comparison. Links are as old as the comparison: a link's own time can not be set everywhere. */

export const FTP_USER = { name: 'tester', password: 'secret', uid: 1500, gid: 1500 } as const;

export type FtpHomeEntry = { readonly path: string; readonly changed: string } & (
  | { readonly type: 'folder'; readonly mode: number }
  | { readonly type: 'file'; readonly mode: number; readonly content: string }
  | { readonly type: 'link'; readonly target: string }
);

const OLD = '2019-01-02T03:04:05Z';
const RECENT = '2026-03-04T05:06:07Z';

/** Parents before what is in them; the home itself has no name. */
export const FTP_HOME: readonly FtpHomeEntry[] = [
  { path: '', type: 'folder', mode: 0o755, changed: OLD },
  { path: 'docs', type: 'folder', mode: 0o755, changed: OLD },
  { path: 'docs/notes.md', type: 'file', mode: 0o644, content: 'n\n', changed: OLD },
  { path: '.hidden', type: 'file', mode: 0o644, content: 'h\n', changed: RECENT },
  { path: 'big.bin', type: 'file', mode: 0o600, content: 'x'.repeat(70), changed: RECENT },
  { path: 'hello.txt', type: 'file', mode: 0o644, content: 'hello\nworld\n', changed: RECENT },
  { path: 'link', type: 'link', target: 'hello.txt', changed: RECENT },
];
