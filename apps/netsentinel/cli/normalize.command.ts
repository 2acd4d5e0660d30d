/** `normalize`: records of any format that we read, as ECS documents, a line of JSON each and in order. */
import { once } from 'node:events';
import type { Command } from 'commander';
import type { ParserDefinition, Refused } from '@netsentinel/contracts/parser';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { harmlessJson, safe, warn } from './output.ts';
import { addReadOptions, readOptions, type ReadArguments } from './read-options.ts';

interface NormalizeArguments extends ReadArguments {
  readonly format?: string;
  readonly strict?: boolean;
}

const TOO_DEEP = 'nested too deeply';
const FLUSH_CHARS = 256 * 1024;

export function addNormalize(program: Command): void {
  addReadOptions(
    program
      .command('normalize')
      .description('turn logs of any supported format into ECS events: nested JSON, one record a line, in order')
      .argument('<file...>', 'files, plain or compressed, folders of them, or - for the standard input')
      .option('--format <name>', 'read as this format instead of recognising it (see `formats`)')
      .option('--strict', 'stop with exit code 1 at the first record that cannot be parsed'),
  )
    .addHelpText('after', '\nExample: netsentinel normalize /var/log/nginx/access.log.1 | head -1')
    .action(async (paths: string[], given: NormalizeArguments) => {
      const [{ readSource, unknownFormat }, { ANY_NAME, findInputFiles }, { parserNamed }, parse] = await Promise.all([
        import('@netsentinel/normalise/records/read-source'),
        import('@netsentinel/normalise/records/input-file'),
        import('@netsentinel/normalise/parsers/find-parser'),
        readOptions(given),
      ]);
      const definition = given.format === undefined ? undefined : await parserNamed(given.format);
      const out = new Output();
      let refusedRecords = 0;
      let cutBytes = 0;
      try {
        for (const { path } of await findInputFiles(paths, ANY_NAME)) {
          // What lies in a folder was not named: a picture among the logs is no log that is broken.
          const named = paths.includes(path);
          let format: ParserDefinition = definition ?? unknownFormat;
          const read = await readSource(path, {
            definition,
            parse,
            onRecognised: (found) => {
              format = found;
              if (found === unknownFormat)
                warn(
                  `${safe(path, 400)}: no format that we read; ${named ? 'say --format if you know it' : 'left out'}`,
                );
            },
            onDocument: (document) => {
              if (out.add(document)) return;
              refusedRecords++;
              const original = document.event.original ?? '';
              out.add(errorDocument({ reason: TOO_DEEP, original }, format, parse.referenceMs));
            },
            onRefused: (refused, line) => {
              if (format === unknownFormat && !named) return;
              refusedRecords++;
              if (given.strict === true) throw refusedError(path, line, refused);
              out.add(errorDocument(refused, format, parse.referenceMs));
            },
            onPiece: () => out.flush(false),
          });
          cutBytes += read.cutBytes;
        }
      } finally {
        await out.flush(true);
      }
      if (refusedRecords > 0)
        warn(`${refusedRecords} records could not be parsed: they are events of kind pipeline_error`);
      if (cutBytes > 0) warn(`${cutBytes} bytes of records that were too long were left out`);
    });
}

function refusedError(path: string, line: number, { reason, original }: Refused): NetSentinelError {
  return new NetSentinelError('RECORD_REFUSED', 'user', `${reason}: ${safe(original, 200)}`, {
    where: `${safe(path, 400)}:${line}`,
    hint: 'Without --strict it becomes an event of kind pipeline_error, and the rest is read.',
  });
}

function errorDocument({ reason, original }: Refused, { module }: ParserDefinition, nowMs: number): object {
  return {
    '@timestamp': new Date(nowMs).toISOString(),
    event: { kind: 'pipeline_error', module, dataset: `${module}.pipeline_error`, reason, original },
    error: { message: reason },
  };
}

/** Writes in large pieces, and waits where the reader of our output is slow. */
class Output {
  #text = '';

  /** False where the document is nested too deeply to be written. */
  add(document: object): boolean {
    try {
      this.#text += `${harmlessJson(document)}\n`;
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
    if (this.#text.length > 64 * FLUSH_CHARS) this.#write();
    return true;
  }

  async flush(all: boolean): Promise<void> {
    if (!all && this.#text.length < FLUSH_CHARS) return;
    if (this.#text !== '' && !this.#write()) await once(process.stdout, 'drain');
  }

  #write(): boolean {
    const text = this.#text;
    this.#text = '';
    return process.stdout.write(text);
  }
}
