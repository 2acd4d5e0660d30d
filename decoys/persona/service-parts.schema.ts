/** Parts of a persona's file that describe what the machine offers: services, shares, databases, sites, certificates. */
import { z } from 'zod';
import { softwareName } from './machine-parts.schema.ts';

const port = z.number().int().min(1).max(65_535);

export const service = z.strictObject({
  decoy: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,63}$/)
    .describe('Type of the decoy that plays it. One that is not built yet is left out, and said.'),
  port: port.describe('The port that the real machine has it on.'),
  transport: z.enum(['tcp', 'udp']).default('tcp').describe('TCP or UDP.'),
  software: softwareName.optional().describe('Which of the installed software answers there.'),
  options: z.record(z.string(), z.unknown()).default({}).describe("The decoy's own settings."),
});

export const share = z.strictObject({
  name: z.string().min(1).max(80).describe('As it is listed.'),
  kind: z.enum(['disk', 'printer', 'ipc']).default('disk').describe('What it is.'),
  path: z.string().max(256).default('').describe('Where it lies, in the notation of the machine.'),
  comment: z.string().max(256).default('').describe('Shown beside the name.'),
  access: z.enum(['everyone', 'users', 'admins']).default('users').describe('Who may open it.'),
  writable: z.boolean().default(false).describe('They may write to it too.'),
});

export const database = z.strictObject({
  engine: z.enum(['mysql', 'postgresql']).describe('Which server has it.'),
  name: z.string().min(1).max(64).describe('Its name; `{org}` stands for the organisation.'),
  owner: z.string().min(1).max(63).describe('The account that owns it.'),
  content: z
    .enum(['wordpress', 'shop', 'crm', 'accounting', 'monitoring', 'application'])
    .describe('What kind of tables it holds.'),
});

export const site = z.strictObject({
  application: z
    .string()
    .max(64)
    .describe(
      'What is served: `wordpress`, `phpmyadmin`, `jenkins`, `router`, `camera`, `nas`, `kubernetes`, `default`.',
    ),
  version: z.string().max(64).optional().describe('Its version.'),
  title: z.string().max(128).default('').describe('Title of its pages; `{organization}` and `{host}` are filled in.'),
  host: z.string().max(128).optional().describe('The name that it is asked for by; every name where there is none.'),
  path: z.string().startsWith('/').max(128).default('/').describe('Where on the server it is.'),
  ports: z.array(port).min(1).describe('Ports of `services` on which it is there.'),
  model: z.string().max(64).optional().describe('Maker and model of an appliance, as its pages show them.'),
});

export const certificate = z.strictObject({
  commonName: z
    .string()
    .max(128)
    .default('{host}.{domain}')
    .describe('Name that it is for; `{host}`, `{domain}`, `{org}`, `{address}` and `{mac}` are filled in.'),
  altNames: z.array(z.string().max(128)).default(['{host}.{domain}', '{host}']).describe('Other names that it is for.'),
  organization: z.string().max(64).optional().describe('`{organization}` is filled in.'),
  organizationalUnit: z.string().max(64).optional().describe('Department.'),
  locality: z.string().max(64).optional().describe('`{city}` is filled in.'),
  state: z.string().max(64).optional().describe('State or province.'),
  country: z.string().max(9).optional().describe('Two letters; `{country}` is filled in.'),
  days: z.number().int().min(1).max(40_000).default(3650).describe('How long it is valid, in days.'),
});

export const neighbour = z.strictObject({
  role: z.enum(['workstation', 'server', 'printer', 'nas', 'camera']).describe('What it is.'),
  hostname: z.string().max(128).describe('Scheme of its name, as in `hostnames`.'),
  from: z.number().int().min(0).max(20).default(1).describe('Fewest.'),
  to: z.number().int().min(0).max(20).default(2).describe('Most.'),
});
