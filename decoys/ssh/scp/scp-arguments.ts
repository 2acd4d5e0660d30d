/** The command line of scp's far end, by getopt's rules: letters may be joined, `--` ends them. */
import type { ScpFlags } from './scp.types.ts';

/** Options of OpenSSH 9.2's scp that take an argument. */
const WITH_ARGUMENT = new Set(['c', 'D', 'F', 'i', 'J', 'l', 'o', 'P', 'S', 'X']);

export interface ScpArguments {
  /** Undefined where neither `-t` nor `-f` is given: then this is no far end. */
  readonly mode: 'sink' | 'source' | undefined;
  readonly flags: ScpFlags;
  readonly paths: readonly string[];
}

export function parseScpArguments(argv: readonly string[]): ScpArguments {
  const letters = new Set<string>();
  const paths: string[] = [];
  let optionsOver = argv[0]?.split('/').at(-1) !== 'scp';
  for (let i = 1; i < argv.length; i++) {
    const word = argv[i]!;
    if (optionsOver || !word.startsWith('-') || word === '-') {
      paths.push(word);
      continue;
    }
    if (word === '--') {
      optionsOver = true;
      continue;
    }
    for (let at = 1; at < word.length; at++) {
      letters.add(word[at]!);
      if (!WITH_ARGUMENT.has(word[at]!)) continue;
      if (at === word.length - 1) i++;
      break;
    }
  }
  return {
    mode: letters.has('t') ? 'sink' : letters.has('f') ? 'source' : undefined,
    flags: {
      recursive: letters.has('r'),
      preserve: letters.has('p'),
      mustBeFolder: letters.has('d'),
      verbose: letters.has('v'),
    },
    paths,
  };
}
