/** The answers of bash 5.2 to scripts of builtins alone, recorded; `shell.real.test.ts` asks the bash of this machine. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand, testMachine } from './shell-session.fixture.ts';

const answers = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures/pure-shell-answers.json'), 'utf8')) as [
  string,
  string,
  string,
  number,
][];

test.each(answers)('%s', async (script, out, err, status) => {
  const ours = await runCommand(testMachine(), `mkdir /tmp/t; cd /tmp/t; LC_ALL=C.UTF-8\n${script}`);
  const stderr = ours.stderr.replace(/line (\d+)/g, (_all, line: string) => `line ${Number(line) - 1}`);
  expect({ out: ours.stdout, err: stderr, status: ours.status }).toEqual({ out, err, status: { code: status } });
});

const MORE: readonly (readonly [string, string])[] = [
  ['umask u=rwx,g=rx,o=; umask', '0027\n'],
  ['pushd /etc >/dev/null; dirs; dirs -p | while read x; do echo "-$x"; done; popd', '/etc ~\n-/etc\n-/root\n~\n'],
  ['shopt -q extglob || echo off; shopt -s extglob; shopt extglob', 'off\nextglob        \ton\n'],
  ['set -o | while read a b; do [ $a = pipefail ] && echo $b; done', 'off\n'],
  ['type -a echo | while read l; do echo "$l"; done', 'echo is a shell builtin\necho is /usr/bin/echo\n'],
  ['sleep 100 & jobs; kill %1; wait %1; echo $?', '[1]+  Running                 sleep 100 &\n143\n'],
  ['compgen -W "one two" t; compgen -b ech', 'two\necho\n'],
  ['mapfile -t a < /etc/debian_version; echo ${a[0]%%.*}', '12\n'],
  [
    'declare -p BASH_VERSINFO | while read a b; do echo $a $b; done | while read l; do echo ${l:0:11}; done',
    'declare -ar\n',
  ],
  ['f() { echo a; echo b; }; declare -f f', 'f () \n{ \n    echo a;\n    echo b\n}\n'],
  [
    'for f in /etc/host*; do echo $f; done',
    '/etc/host.conf\n/etc/hostname\n/etc/hosts\n/etc/hosts.allow\n/etc/hosts.deny\n',
  ],
  [
    '[ -f /etc/passwd ] && [ -d /etc ] && [ -x /bin/ls ] && [ -r /etc/shadow ] && [ -s /etc/passwd ] && [ -L /bin ] && echo all',
    'all\n',
  ],
  ['trap "echo got" USR1; kill -USR1 $$; trap -p USR1', "got\ntrap -- 'echo got' SIGUSR1\n"],
  ['echo $(< /etc/timezone) | while read z; do [ -n "$z" ] && echo zone; done', 'zone\n'],
  ['ulimit -n; ulimit -s; enable -n echo; type -t echo; hash ls; hash -r', '1024\n8192\nfile\n'],
  ['export A=1; export -p | while read l; do [ "$l" = "declare -x A=\\"1\\"" ] && echo yes; done', 'yes\n'],
];

test.each(MORE)('%s', async (script, out) => {
  expect((await runCommand(testMachine(), script)).stdout).toBe(out);
});
