/** Parts of a persona's file that describe the machine itself: patch levels, hardware. */
import { z } from 'zod';
import { SOFTWARE_NAMES } from './persona.types.ts';

export const softwareName = z.enum(SOFTWARE_NAMES);

const software = z.strictObject({
  product: z.string().max(64).describe('As nmap names it: `Apache httpd`.'),
  version: z.string().max(64).describe('As nmap prints it: `2.4.52`, `8.9p1 Ubuntu 3ubuntu0.10`.'),
  banner: z
    .string()
    .max(128)
    .optional()
    .describe('As it names itself to clients: `Apache/2.4.52 (Ubuntu)`, `OpenSSH_8.9p1 Ubuntu-3ubuntu0.10`.'),
  extra: z.string().max(128).optional().describe('What nmap adds behind the version: `(Ubuntu)`.'),
  package: z.string().max(64).optional().describe('Version of its package: `2.4.52-1ubuntu4.12`.'),
});

export const level = z.strictObject({
  date: z.iso.date().describe('When this level was current. No boot and no file of it is older.'),
  version: z.string().max(32).optional().describe('Version of the system, where it differs from `os.version`.'),
  build: z.string().max(64).default('').describe("Windows' build and update (`17763.5696`), a firmware's build."),
  kernel: z
    .strictObject({
      release: z.string().max(64).describe('As `uname -r` prints it.'),
      version: z.string().max(128).describe('As `uname -v` prints it.'),
    })
    .default({ release: '', version: '' })
    .describe('The running kernel; Windows has none.'),
  software: z
    .partialRecord(softwareName, software)
    .describe('Versions that this level installs, by name of the software.'),
});

export const adapter = z.strictObject({
  vendor: z.string().max(64).describe('Who makes the card or the hypervisor: `VMware`.'),
  oui: z
    .array(z.string().regex(/^[0-9a-f]{2}(:[0-9a-f]{2}){2}$/))
    .min(1)
    .describe('Prefixes of its MAC addresses that the IEEE gave to that maker.'),
  interfaces: z.array(z.string().max(32)).min(1).describe('Names the card can have: `ens192`.'),
  maker: z.string().max(64).describe('Maker of the machine, as its firmware tells it: `VMware, Inc.`.'),
  model: z.string().max(64).describe('Its product name: `VMware Virtual Platform`.'),
});

export const disksGib = z
  .array(z.number().min(0.001).max(1_048_576))
  .min(1)
  .describe('Sizes of the disk, in GiB (flash of an appliance: 0.016).');
