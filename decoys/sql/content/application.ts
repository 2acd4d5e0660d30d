/** A company's own application: users, sessions, customers, invoices, an audit log; in part for each kind of database that a persona names. */
import type { Persona } from '../../persona/persona.types.ts';
import { type ContentTable, columns } from './content.types.ts';
import { People } from './people.ts';
import { withPlantedRows } from './plant-rows.ts';
import { shopTables } from './shop.ts';
import { wordpressTables } from './wordpress.ts';

type Kind = Persona['databases'][number]['content'];

/** @param until nothing in it is younger, epoch ms */
export function contentTables(persona: Persona, kind: Kind, database: string, until: number): ContentTable[] {
  return withPlantedRows(persona, database, until, ownTables(persona, kind, database, until));
}

function ownTables(persona: Persona, kind: Kind, database: string, until: number): ContentTable[] {
  if (kind === 'wordpress') return wordpressTables(persona, database, until);
  if (kind === 'shop') return shopTables(persona, database, until);
  return [
    ...common(persona, database, until),
    ...(kind === 'monitoring' ? monitoring(persona, database, until) : business(persona, database, until)),
  ].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function common(persona: Persona, database: string, until: number): ContentTable[] {
  return [
    {
      name: 'users',
      columns: columns(
        'id:id',
        'username:text(64)',
        'email:text(190)',
        'password:text(255)',
        'full_name:text(160)?',
        'is_admin:flag=0',
        'api_token:text(80)?',
        'last_login_at:time?',
        'created_at:time',
      ),
      unique: [['username'], ['email']],
      rows: () => {
        const people = new People(persona, `${database} users`);
        const names = new Set<string>();
        const rows: (number | string | null)[][] = [
          [
            1,
            'admin',
            `admin@${people.domain}`,
            people.bcrypt('$2b$12$'),
            'Administrator',
            1,
            people.random.hex(40),
            people.time(until),
            people.time(until),
          ],
        ];
        for (let i = people.random.between(12, 40); i > 0; i--) {
          const { login, email, first, last } = people.person(false);
          if (names.has(login)) continue;
          names.add(login);
          rows.push([
            rows.length + 1,
            login,
            email,
            people.bcrypt('$2b$12$'),
            `${first} ${last}`,
            people.random.between(0, 9) === 0 ? 1 : 0,
            null,
            people.time(until),
            people.time(until),
          ]);
        }
        return rows;
      },
    },
    {
      name: 'config',
      columns: columns('key:text(100)', 'value:text?'),
      unique: [['key']],
      rows: () => {
        const people = new People(persona, `${database} config`);
        return [
          ['app.secret', people.random.hex(64)],
          ['smtp.password', people.password()],
          ['ldap.bind_dn', `cn=svc-app,dc=${persona.domain.split('.').join(',dc=')}`],
          ['ldap.bind_password', people.password()],
          ['backup.path', '/var/backups/db'],
          ['aws.region', 'eu-central-1'],
        ];
      },
    },
    {
      name: 'audit_log',
      columns: columns('id:id', 'user_id:int?', 'action:text(80)', 'ip:text(45)?', 'created_at:time'),
      indexes: [['user_id']],
      rows: () => {
        const people = new People(persona, `${database} audit`);
        return Array.from({ length: people.random.between(150, 400) }, (_, i) => [
          i + 1,
          people.random.between(1, 20),
          people.random.pick(['login', 'login', 'logout', 'update', 'export', 'password change']),
          `${persona.network.address.split('.').slice(0, 3).join('.')}.${people.random.between(20, 240)}`,
          people.time(until),
        ]);
      },
    },
  ];
}

function business(persona: Persona, database: string, until: number): ContentTable[] {
  return [
    {
      name: 'clients',
      columns: columns(
        'id:id',
        'company:text(160)',
        'contact:text(160)?',
        'email:text(190)?',
        'phone:text(40)?',
        'city:text(80)?',
        'created_at:time',
      ),
      rows: () => {
        const people = new People(persona, `${database} clients`);
        return Array.from({ length: people.random.between(60, 160) }, (_, i) => {
          const { first, last, email, phone, city } = people.person();
          return [
            i + 1,
            `${people.person().last} ${people.random.pick(['Ltd', 'GmbH', 'AG', 'SARL', 'BV', '& Sons'])}`,
            `${first} ${last}`,
            email,
            phone,
            city,
            people.time(until),
          ];
        });
      },
    },
    {
      name: 'invoices',
      columns: columns('id:id', 'client_id:int', 'number:text(24)', 'amount:money', 'paid:flag=0', 'issued_on:date'),
      indexes: [['client_id']],
      rows: () => {
        const people = new People(persona, `${database} invoices`);
        return Array.from({ length: people.random.between(200, 500) }, (_, i) => [
          i + 1,
          people.random.between(1, 60),
          `INV-${2024 + (i % 2)}-${String(i + 1).padStart(5, '0')}`,
          `${people.random.between(120, 24_000)}.${people.random.pick(['00', '50', '75'])}`,
          people.random.between(0, 4) > 0 ? 1 : 0,
          people.time(until).slice(0, 10),
        ]);
      },
    },
  ];
}

function monitoring(persona: Persona, database: string, until: number): ContentTable[] {
  return [
    {
      name: 'hosts',
      columns: columns(
        'id:id',
        'name:text(120)',
        'address:text(45)',
        'role:text(40)?',
        'snmp_community:text(60)?',
        'enabled:flag=1',
      ),
      rows: () => {
        const people = new People(persona, `${database} hosts`);
        return persona.neighbours.map(({ hostname, address, role }, i) => [
          i + 1,
          hostname,
          address,
          role,
          people.random.pick(['public', 'monitor', 'n3tw0rk']),
          1,
        ]);
      },
    },
    {
      name: 'events',
      columns: columns('id:id', 'host_id:int', 'severity:text(12)=info', 'message:text', 'created_at:time'),
      rows: () => {
        const people = new People(persona, `${database} events`);
        return Array.from({ length: 300 }, (_, i) => [
          i + 1,
          people.random.between(1, Math.max(1, persona.neighbours.length)),
          people.random.pick(['info', 'info', 'warning', 'critical']),
          people.random.pick(['ping ok', 'disk usage above 80%', 'load high', 'service restarted', 'backup finished']),
          people.time(until),
        ]);
      },
    },
  ];
}
