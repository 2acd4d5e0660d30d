/** The clients of a machine's services agree with what its ports and its process table say: they are there, and they reach a server. */
import { systemClock } from '@netsentinel/kernel/clock';
import { describe, expect, it } from 'vitest';
import { honeytokenSecrets } from '../../honeytoken/draw-honeytokens.ts';
import { createPersona } from '../../persona/persona.ts';
import { openMachine } from '../machine.ts';
import { runCommand } from '../shell-session.fixture.ts';

function on(name: string) {
  const persona = createPersona(new Uint8Array([6, 2]), name);
  const machine = openMachine(persona, systemClock);
  return {
    persona,
    out: async (command: string, user = 'root') => {
      const { stdout, stderr } = await runCommand(machine, command, { user });
      return stdout + stderr;
    },
  };
}

describe('a web server with a database', () => {
  const { persona, out } = on('ubuntu-22.04-web');
  const { password } = honeytokenSecrets(persona).database;
  it.each([
    [
      'mysql -e "show databases"',
      /^ERROR 1045 \(28000\): Access denied for user 'root'@'localhost' \(using password: NO\)$/m,
    ],
    ['mysql -u admin -psecret', /user 'admin'@'localhost' \(using password: YES\)/],
    [
      'mysqldump --all-databases --user=root --password=x',
      /^mysqldump: Got error: 1045: Access denied .* when trying to connect$/m,
    ],
    ['mysqladmin -uroot status', /^mysqladmin: connect to server at 'localhost' failed/m],
    [`mysql -uwp_user -p${password} wordpress`, /^ERROR 1040 \(08004\): Too many connections$/m],
    ['mysql --version', /^mysql +Ver 8\.0\.\d+/m],
    ['apache2ctl configtest', /^Syntax OK$/m],
    ['apache2 -v', /^Server version: Apache\/2\.4\.52 \(Ubuntu\)$/m],
    ['php -v', /^PHP 8\.1\.2-1ubuntu/m],
    ['php nowhere.php', /^Could not open input file: nowhere\.php$/m],
    ['which mysql apache2ctl php', /^\/usr\/bin\/mysql\n\/usr\/sbin\/apache2ctl\n\/usr\/bin\/php$/m],
    ['nginx -v; ls /etc/nginx', /command not found[^]*No such file/],
    ['ls /var/www/html', /^wp-config\.php$/m],
    ['ls /var/lib/mysql', /^wordpress$/m],
    ['cat /var/www/html/wp-config.php', new RegExp(`DB_PASSWORD', '${password}'`)],
    ['grep DB_ /opt/*/.env', new RegExp(`DB_PASSWORD=${password}`)],
    ['cat /etc/apache2/ports.conf', /^Listen 80$/m],
  ])('%s', async (command, expected) => expect(await out(command)).toMatch(expected));
});

describe('a database host', () => {
  const { out } = on('debian-12-database');
  it.each([
    ['psql -l', /FATAL: +role "root" does not exist/],
    ['psql -U postgres', /FATAL: +Peer authentication failed for user "postgres"/],
    ['PGPASSWORD=x psql -h 127.0.0.1 -U app', /FATAL: +password authentication failed for user "app"/],
    ['pg_dump --version', /^pg_dump \(PostgreSQL\) 15/m],
    ['redis-cli info', /^Error: Server closed the connection$/m],
    ['mysql', /^ERROR 1045/m],
  ])('%s', async (command, expected) => expect(await out(command)).toMatch(expected));
});

it('are not on a machine without the service', async () => {
  expect(await on('debian-12-server').out('mysql; psql; php -v')).toMatch(
    /mysql: command not found[^]*psql: command not found[^]*php: command not found/,
  );
});
