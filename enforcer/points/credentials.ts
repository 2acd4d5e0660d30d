/** What makes a host a point of a centre: its key, its certificate, and where and who the centre is. Nobody else may read it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { makeFolder } from '@netsentinel/kernel/make-folder';
import { z } from 'zod';
import { PointName } from './point-wire.ts';
import { readPrivate, writePrivate } from './private-file.ts';

const Credentials = z.strictObject({
  name: PointName,
  host: z.string(),
  port: z.number().int(),
  /** PEM. */
  authority: z.string(),
  certificate: z.string(),
  key: z.string(),
});
export type Credentials = z.output<typeof Credentials>;

/** `directory`: the enforcer's own. Throws `POINT_NOT_JOINED`. */
export function readCredentials(directory: string): Credentials {
  const found = readPrivate(fileIn(directory), Credentials);
  if (found !== undefined) return found;
  throw new NetSentinelError('POINT_NOT_JOINED', 'user', 'This host has joined no centre yet', {
    hint: 'Join one with `netsentinel enforcer join TOKEN`; `netsentinel enforcer invite NAME` at the centre prints a token.',
  });
}

/** Throws `POINT_JOINED` where there are some already. */
export function needNoCredentials(directory: string): void {
  if (existsSync(fileIn(directory)))
    throw new NetSentinelError('POINT_JOINED', 'user', 'This host is a point already', {
      hint: `Run it with \`netsentinel enforcer run\`; to join another centre, remove ${fileIn(directory)} first.`,
    });
}

export function keepCredentials(directory: string, credentials: Credentials): void {
  makeFolder(directory);
  writePrivate(fileIn(directory), credentials);
}

function fileIn(directory: string): string {
  return join(directory, 'point.json');
}
