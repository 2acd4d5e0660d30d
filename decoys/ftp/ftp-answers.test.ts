/** The FTP decoy against what Debian's own servers answered when they were last asked (`ftp.real.test.ts`): a thousand answers each, byte by byte. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { playFtpDecoy } from '@netsentinel/testkit/ftp-harness';
import {
  answersText,
  FTP_PROBES,
  type FtpAnswer,
  isEarlyProbe,
  probeKey,
  runFtpProbe,
} from '@netsentinel/testkit/ftp-probes';
import { expect, it } from 'vitest';

it.each(['vsftpd', 'proftpd'])('answers as %s did', { timeout: 60_000 }, async (product) => {
  const decoy = await playFtpDecoy({ product });
  const answers = new Map<string, readonly FtpAnswer[]>(FTP_PROBES.map((probe) => [probeKey(probe), []]));
  const early = FTP_PROBES.filter(isEarlyProbe);
  await Promise.all(early.map(async (probe) => answers.set(probeKey(probe), await runFtpProbe(decoy, probe))));
  for (const probe of FTP_PROBES.filter((one) => !isEarlyProbe(one))) {
    await decoy.resetHome();
    answers.set(probeKey(probe), await runFtpProbe(decoy, probe));
  }
  await decoy.close();
  const kept = readFileSync(join(import.meta.dirname, `fixtures/${product}.answers.txt`), 'utf8');
  expect(answersText(answers).split('\n')).toEqual(kept.split('\n'));
  expect(decoy.failures).toEqual([]);
});
