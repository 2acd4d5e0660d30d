/** `formats`: what we read; with a file, what it is and how sure that is. */
import type { Command } from 'commander';
import { print, printJson, safe, table } from './output.ts';

export function addFormats(program: Command): void {
  program
    .command('formats')
    .description('list the log formats that are read; with a file, say what it is and why')
    .argument('[file]', 'a file to recognise, plain or compressed, a folder of them, or - for the standard input')
    .option('--json', 'print JSON')
    .action(async (path: string | undefined, { json }: { json?: boolean }) => {
      if (path === undefined) return list(json === true);
      const { ANY_NAME, findInputFiles } = await import('@netsentinel/normalise/records/input-file');
      const files = await findInputFiles([path], ANY_NAME);
      for (const file of files)
        await (files.length === 1 || json === true ? tell(file.path, json === true) : tellShortly(file.path));
      return undefined;
    });
}

async function list(json: boolean): Promise<void> {
  const { parsers } = await import('@netsentinel/normalise/parsers/index');
  if (json) for (const { id, title } of parsers) printJson({ id, title });
  else
    table(
      ['format', 'what it is'],
      parsers.map(({ id, title }) => [id, title]),
    );
}

/** The records that are read on trial, to say of how many the format is true. */
const MAX_TRIED = 2_000;

async function tell(path: string, json: boolean): Promise<void> {
  const { triedFormats } = await import('@netsentinel/normalise/records/try-formats');
  const candidates = await triedFormats(path, MAX_TRIED);
  const [best] = candidates;
  if (json) {
    printJson({
      file: path,
      format: best?.id ?? null,
      candidates: candidates.map(({ id, title, confidence, read, refused, reason }) => ({
        id,
        title,
        confidence: Math.round(confidence * 100) / 100,
        read,
        refused,
        reason,
      })),
    });
    return;
  }
  if (best === undefined) {
    print(`${safe(path, 400)}: no format that we read`);
    return;
  }
  print(`${safe(path, 400)}: ${best.title} (${best.id})`);
  print();
  table(
    ['format', 'sure', 'why'],
    candidates.map(({ id, confidence, reason }) => [id, `${Math.round(confidence * 100)} %`, reason]),
  );
}

/** One of many files: a line. */
async function tellShortly(path: string): Promise<void> {
  const { triedFormats } = await import('@netsentinel/normalise/records/try-formats');
  const [best] = await triedFormats(path, MAX_TRIED);
  print(`${safe(path, 400)}: ${best === undefined ? 'no format that we read' : `${best.title} (${best.id})`}`);
}
