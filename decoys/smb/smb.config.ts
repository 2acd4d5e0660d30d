/** What can be configured of the SMB decoy. The defaults follow from the persona: its system, names, users and shares. */
import { z } from 'zod';
import { serviceFields } from '../service/service.config.ts';

const share = z.strictObject({
  name: z.string().min(1).max(80).describe('As it is listed.'),
  kind: z.enum(['disk', 'printer', 'ipc']).default('disk').describe('What it is.'),
  path: z.string().max(256).default('').describe('Where it lies, in the notation of the machine.'),
  comment: z.string().max(256).default('').describe('Shown beside the name.'),
  access: z.enum(['everyone', 'users', 'admins']).default('users').describe('Who may open it.'),
  writable: z.boolean().default(false).describe('They may write to it too.'),
});

export const SmbConfig = z.strictObject({
  ...serviceFields,
  software: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe("Samba's version (`4.17.12-Debian`), or Windows' full name, in place of the persona's."),
  netbiosName: z
    .string()
    .regex(/^[A-Z0-9-]{1,15}$/)
    .optional()
    .describe("The machine's NetBIOS name, in place of the persona's."),
  workgroup: z
    .string()
    .regex(/^[A-Z0-9-]{1,15}$/)
    .optional()
    .describe("Its workgroup or domain, in place of the persona's."),
  comment: z.string().max(48).optional().describe('What the server says of itself (`server string`).'),
  shares: z.array(share).max(64).optional().describe("Its shares, in place of the persona's."),
  smb1: z.boolean().optional().describe('Speak SMB 1 too. Left out: Samba does, Windows up to Server 2019 does.'),
  guest: z
    .boolean()
    .default(true)
    .describe("Samba: names that the machine does not know log in as guest (Debian's `map to guest = bad user`)."),
  signingRequired: z.boolean().default(false).describe('Refuse what is not signed, as domain controllers do.'),
  eternalBlue: z
    .boolean()
    .optional()
    .describe('Look unpatched to probes for MS17-010. Left out: Windows up to Server 2016 with SMB 1 does.'),
});
export type SmbConfig = z.infer<typeof SmbConfig>;
