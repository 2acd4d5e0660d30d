/** `!!`, `!n`, `!-n`, `!text`, `!$`, `!*` and `^old^new`, before a line is parsed. */
export function expandHistory(
  line: string,
  history: readonly string[],
): { readonly line: string; readonly changed: boolean } | { readonly missing: string } {
  const quick = /^\^([^^]+)\^([^^]*)\^?$/.exec(line);
  if (quick !== null) {
    const last = history.at(-1);
    if (last === undefined || !last.includes(quick[1]!)) return { missing: `:s${line}: substitution failed` };
    return { line: last.replace(quick[1]!, () => quick[2]!), changed: true };
  }
  if (!line.includes('!')) return { line, changed: false };
  let result = '';
  let changed = false;
  let single = false;
  let double = false;
  for (let i = 0; i < line.length; i++) {
    const char = line[i]!;
    if (char === '\\' && !single) {
      result += char + (line[++i] ?? '');
      continue;
    }
    if (char === "'" && !double) single = !single;
    else if (char === '"' && !single) double = !double;
    const next = line[i + 1];
    if (
      char !== '!' ||
      single ||
      next === undefined ||
      ' \t\n=('.includes(next) ||
      (double && next === '"') ||
      line[i - 1] === '$' ||
      (line[i - 1] === '{' && line[i - 2] === '$') ||
      line[i - 1] === '['
    ) {
      result += char;
      continue;
    }
    const event = /^!(?:!|\$|\*|\^|-?\d+|\?[^?\n]+\??|[^\s;&|<>()"'!:$*^]+)/.exec(line.slice(i))?.[0];
    if (event === undefined) {
      result += char;
      continue;
    }
    const text = find(event, history);
    if (text === undefined) return { missing: `${event}: event not found` };
    result += text;
    changed = true;
    i += event.length - 1;
    if (result.length > 65_536) return { missing: `${event}: event not found` };
  }
  return { line: result, changed };
}

function find(event: string, history: readonly string[]): string | undefined {
  const last = history.at(-1);
  if (event === '!!') return last;
  const words = last?.trim().split(/\s+/) ?? [];
  if (event === '!$') return words.at(-1);
  if (event === '!^') return words[1];
  if (event === '!*') return last === undefined ? undefined : words.slice(1).join(' ');
  if (/^!-?\d+$/.test(event)) {
    const number = Number(event.slice(1));
    return number < 0 ? history[history.length + number] : history[number - 1];
  }
  if (event.startsWith('!?')) return history.findLast((line) => line.includes(event.slice(2).replace(/\?$/, '')));
  return history.findLast((line) => line.startsWith(event.slice(1)));
}
