/**
 * The FTP decoy against Debian's own vsftpd and ProFTPD: the same commands to both, every answer compared byte by byte, the listings, files and refusals
 * of data connections included. What the real ones answered is kept in `fixtures/`, so that `ftp-answers.test.ts` can compare where they are not.
 */
import { join } from 'node:path';
import { recordShare } from '@netsentinel/testkit/conformance-share';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFtpDecoy, type FtpHarness } from '@netsentinel/testkit/ftp-harness';
import {
  answersText,
  FTP_PROBES,
  type FtpAnswer,
  type FtpProbe,
  isEarlyProbe,
  probeKey,
  runFtpProbe,
} from '@netsentinel/testkit/ftp-probes';
import { canRunFtpd, startRealFtpd, type FtpProduct, type RealFtpd } from '@netsentinel/testkit/real-ftpd';

const BATCH = 16;

describe.each<FtpProduct>(['vsftpd', 'proftpd'])('the FTP decoy as %s', (product) => {
  describe.runIf(canRunFtpd(product))('beside the real one', () => {
    let real: RealFtpd;
    let decoy: FtpHarness;
    const theirs = new Map<string, readonly FtpAnswer[]>();
    const ours = new Map<string, readonly FtpAnswer[]>();

    beforeAll(async () => {
      real = await startRealFtpd(product, { settings: product === 'proftpd' ? ['MaxInstances 200'] : [] });
      decoy = await startFtpDecoy({ product });
      const probe = async (one: FtpProbe): Promise<void> => {
        const [their, our] = await Promise.all([runFtpProbe(real.port, one), runFtpProbe(decoy.port, one)]);
        theirs.set(probeKey(one), their);
        ours.set(probeKey(one), our);
      };
      // In their order, whichever answers first.
      for (const one of FTP_PROBES) theirs.set(probeKey(one), []);
      // What logs in nowhere may run side by side: the real server takes seconds over each wrong password.
      const early = FTP_PROBES.filter(isEarlyProbe);
      for (let i = 0; i < early.length; i += BATCH) await Promise.all(early.slice(i, i + BATCH).map(probe));
      for (const one of FTP_PROBES.filter((other) => !isEarlyProbe(other))) {
        real.resetHome();
        await decoy.resetHome();
        await probe(one);
      }
    }, 240_000);

    afterAll(async () => {
      await decoy.close();
      await real.stop();
    });

    it('answers every probe alike', () => {
      const differences: string[] = [];
      let answers = 0;
      for (const [name, their] of theirs) {
        const our = ours.get(name) ?? [];
        for (let i = 0; i < Math.max(their.length, our.length); i++) {
          answers++;
          if (their[i]?.reply === our[i]?.reply) continue;
          const step = (their[i] ?? our[i])!.step.slice(0, 60);
          differences.push(
            `${name.slice(0, 40)} > ${step}\n  real  ${JSON.stringify(their[i]?.reply)}\n  decoy ${JSON.stringify(our[i]?.reply)}`,
          );
        }
      }
      console.log(`${product}: ${answers - differences.length} of ${answers} answers to ${theirs.size} probes alike`);
      recordShare({ decoy: 'ftp', beside: product, probes: answers, alike: answers - differences.length });
      expect(differences).toEqual([]);
      expect(answers).toBeGreaterThan(1000);
      expect(decoy.failures).toEqual([]);
    });

    it('is what the kept answers say', async () => {
      await expect(answersText(theirs)).toMatchFileSnapshot(
        join(import.meta.dirname, `fixtures/${product}.answers.txt`),
      );
    });
  });
});
