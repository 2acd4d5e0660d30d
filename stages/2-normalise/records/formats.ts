/** The normalise stage as collectors see it: recognising and reading, with what is configured for one of them. */
import type { Clock } from '@netsentinel/contracts/clock';
import type { Formats } from '@netsentinel/contracts/collector';
import type { ParseOptions } from '@netsentinel/contracts/parser';
import { allParsers, parserNamed, recognise } from '../parsers/find-parser.ts';
import { unknownFormat } from './read-source.ts';
import { RecordReader } from './record-reader.ts';
import { looksLikeJson, sampleOf } from './sample.ts';
import { SyslogMessages } from './syslog-messages.ts';

export function formatsFor(
  clock: Clock,
  configured: Pick<ParseOptions, 'zone' | 'trustedProxies' | 'pattern'>,
): Formats {
  /** @param referenceMs now, whenever it is asked, where it is not given */
  const parseOptions = (fileName: string | undefined, referenceMs: number | undefined): ParseOptions => ({
    ...configured,
    fileName,
    get referenceMs() {
      return referenceMs ?? clock.now();
    },
  });
  return {
    unknown: unknownFormat,
    named: parserNamed,
    recognise: async (begin, whole, fileName) => {
      const json = looksLikeJson(begin);
      return (await recognise(sampleOf(begin, whole, fileName))).map((found) => ({ ...found, json }));
    },
    reader: ({ referenceMs, fileName, headers, maxRecordBytes, ...rest }) =>
      new RecordReader({
        ...rest,
        parse: parseOptions(fileName, referenceMs),
        ...(headers === undefined ? {} : { headers }),
        ...(maxRecordBytes === undefined ? {} : { maxRecordBytes }),
      }),
    messages: async (only) =>
      new SyslogMessages({ definitions: await allParsers(), only, parse: parseOptions(undefined, undefined) }),
  };
}
