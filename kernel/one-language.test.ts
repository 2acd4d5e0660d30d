import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

/** What a Node says that was started with these options. */
function say(options: readonly string[], program: string): unknown {
  const module = ['--input-type=module', '--disable-warning=ExperimentalWarning', '-e', program];
  const cwd = fileURLToPath(new URL('.', import.meta.url));
  return JSON.parse(execFileSync(process.execPath, [...options, ...module], { cwd, encoding: 'utf8' }));
}

it('leaves zod its English and nothing else, and everything that zod does', () => {
  const program = `
    import { z } from 'zod';
    const wrong = z.strictObject({ port: z.number().max(65535) }).safeParse({ port: 70000, prot: 1 });
    console.log(JSON.stringify({ languages: Object.keys(z.locales).length, messages: wrong.error.issues.map((issue) => issue.message) }));`;
  const plain = say([], program) as { languages: number; messages: string[] };
  const lean = say(['--import=./one-language.ts'], program) as typeof plain;
  expect(plain.languages).toBeGreaterThan(10);
  expect(lean).toEqual({ languages: 1, messages: plain.messages });
});
