/**
 * The file that describes a kind of machine: what the installs of it have in common, and what each install draws for itself. One install draws from
 * it by its seed (`persona.ts`). Ours lie in `content/personas/<name>/persona.json`; anyone may write one (`netsentinel persona new`).
 */
import { z } from 'zod';
import { PERSONA_FILES } from './persona.types.ts';
import { adapter, disksGib, level } from './machine-parts.schema.ts';
import { certificate, database, neighbour, service, share, site } from './service-parts.schema.ts';

export const PersonaFile = z
  .strictObject({
    $schema: z.string().optional().describe('Where editors find the schema of this file.'),
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9.-]{0,63}$/, 'lower-case letters, digits, dots and hyphens')
      .describe('Name of the kind of machine, that of its file: `ubuntu-22.04-web`.'),
    summary: z.string().max(300).describe('What kind of machine it is, in one line.'),
    knownWeak: z
      .array(z.string().max(300))
      .max(20)
      .default([])
      .describe('What a patient attacker could still tell it by.'),
    files: z
      .enum(PERSONA_FILES)
      .default('none')
      .describe(
        'Whose files lie on the disk behind a login: the installed tree of Debian 12, or that tree as Ubuntu 22.04 and Rocky 9 differ from it, the small one of an appliance, or none (then there is no shell).',
      ),
    os: z
      .strictObject({
        id: z.string().max(32).describe('As os-release has it: `ubuntu`; `windows`; the firmware of an appliance.'),
        family: z.enum(['linux', 'busybox', 'windows']).describe('What kind of system it is.'),
        name: z.string().max(64).describe('`Ubuntu`.'),
        prettyName: z
          .string()
          .max(128)
          .describe('With version: `Ubuntu 22.04.5 LTS`. `{version}` stands for that of the patch level.'),
        version: z.string().max(32).describe('`22.04.5`, where the patch level has none of its own.'),
        codename: z.string().max(32).default('').describe('`jammy`.'),
        machine: z.string().max(32).default('x86_64').describe('As `uname -m` prints it.'),
      })
      .describe('The operating system.'),
    levels: z
      .array(level)
      .min(1)
      .max(50)
      .describe('Patch levels; an install is at one of them. What is at a level together was current together.'),
    hostnames: z
      .array(z.string().min(1).max(128))
      .min(1)
      .max(50)
      .describe(
        'Schemes of host names: `{org}` the organisation, `{word}` a made-up word, `{place}` an airport, `{role}` one of `roles`, `{mac6}` the end of the MAC address, `{address}` the IP address with hyphens, `{n4}` digits, `{x8}` hex digits, `{a3}` letters, `{A7}` capitals and digits. Each must leave a million possibilities.',
      ),
    roles: z.array(z.string().max(32)).max(50).default(['srv']).describe('What `{role}` may be.'),
    domains: z
      .array(z.string().max(128))
      .min(1)
      .default(['{org}.lan', '{org}.local', '{org}.internal', 'int.{org}.lan'])
      .describe('DNS domains of its network. None may exist on the internet.'),
    hardware: z
      .strictObject({
        adapters: z
          .array(adapter)
          .min(1)
          .max(20)
          .describe('Network cards, and with them the machine or hypervisor around.'),
        cpus: z.array(z.number().int().min(1).max(256)).min(1).describe('Numbers of processors to draw from.'),
        cpuModels: z
          .array(z.string().max(128))
          .default([])
          .describe('As /proc/cpuinfo names them; servers draw from our own list where there are none.'),
        memoryMib: z.array(z.number().int().min(16).max(4_194_304)).min(1).describe('Memory, in MiB.'),
        diskGib: disksGib,
      })
      .describe('What it runs on.'),
    subnets: z
      .array(z.string().regex(/^[0-9x.]+\/\d+$/))
      .min(1)
      .default(['10.x.x.0/24', '192.168.x.0/24'])
      .describe('Private networks it can stand in; `x` is drawn. Its own address is drawn from there too.'),
    timeZones: z
      .array(z.string().max(64))
      .min(1)
      .default(['Etc/UTC', 'Europe/Berlin', 'America/New_York'])
      .describe('IANA names to draw from; write one twice to draw it more often.'),
    installed: z
      .strictObject({
        from: z.iso.date().default('2024-02-01').describe('First day on which it can have been installed.'),
        to: z.iso.date().default('2025-12-10').describe('Last day.'),
      })
      .prefault({})
      .describe('When it was installed.'),
    uptimeDays: z
      .strictObject({
        from: z.number().int().min(1).max(3650).default(55).describe('Shortest time between two boots, in days.'),
        to: z.number().int().min(1).max(3650).default(140).describe('Longest.'),
      })
      .prefault({})
      .describe('How long it runs until it is booted again.'),
    users: z
      .strictObject({
        accounts: z
          .array(
            z.strictObject({
              name: z.string().max(64).describe('Account name.'),
              gecos: z.string().max(128).default('').describe('Full name.'),
              uid: z.number().int().optional().describe('User id; on Windows the relative identifier.'),
              home: z.string().max(256).optional().describe('Home folder, where it is not the usual one.'),
              shell: z.string().max(256).optional().describe('Login shell, where it is not the usual one.'),
              admin: z.boolean().default(false).describe('May do everything.'),
              login: z.boolean().default(true).describe('Somebody could log in with it.'),
            }),
          )
          .default([])
          .describe('Accounts that every such machine has, besides those of its installed files.'),
        someOf: z
          .array(z.string().max(64))
          .default([])
          .describe('Accounts of which each install has one: `ubuntu`, `deploy`.'),
        people: z
          .strictObject({
            from: z.number().int().min(0).max(50).default(1).describe('Fewest.'),
            to: z.number().int().min(0).max(50).default(2).describe('Most.'),
            names: z.enum(['first', 'first.last', 'flast']).default('first').describe('How their accounts are called.'),
          })
          .prefault({})
          .describe('Accounts of persons.'),
      })
      .prefault({})
      .describe('Who has an account.'),
    netbios: z
      .strictObject({
        domain: z
          .string()
          .max(15)
          .default('WORKGROUP')
          .describe('Workgroup or domain; `{ORG}` stands for the organisation.'),
        isMember: z.boolean().default(false).describe('It is an Active Directory that the machine has joined.'),
      })
      .prefault({})
      .describe('Its place in a Windows network.'),
    issue: z
      .string()
      .max(1024)
      .optional()
      .describe('Shown before a login at Telnet; the pretty name of the system where it is not given.'),
    services: z.array(service).max(100).describe('What it opens to the network, and no more.'),
    shares: z.array(share).max(50).default([]).describe('Shared folders and printers.'),
    databases: z.array(database).max(50).default([]).describe('Databases.'),
    sites: z.array(site).max(50).default([]).describe('What its web servers serve.'),
    certificate: certificate.prefault({}).describe('Its certificates.'),
    neighbours: z
      .array(neighbour)
      .max(20)
      .default([{ role: 'workstation', hostname: '{org}-pc{n3}', from: 1, to: 3 }])
      .describe('Other machines of its network, besides the gateway.'),
  })
  .describe('A kind of machine to play.');
export type PersonaFile = z.infer<typeof PersonaFile>;
