/** What the packages of a persona's services put on its disk where the tree does not have them: programs, settings that say what the services show, folders of data. */
import type { Persona, SoftwareName } from '../../persona/persona.types.ts';
import type { GeneratedFile } from './generated-file.ts';

interface Package {
  /** Programs, with full paths. */
  readonly programs?: readonly string[];
  /** Settings and data by path. */
  readonly files?: Readonly<Record<string, string>>;
}

type Packing = (persona: Persona, isRedHat: boolean) => Package;

const PACKAGES: Partial<Readonly<Record<SoftwareName, Packing>>> = {
  apache: (persona, isRedHat) =>
    isRedHat
      ? {
          programs: ['/usr/sbin/httpd', '/usr/sbin/apachectl', '/usr/bin/htpasswd'],
          files: {
            '/etc/httpd/conf/httpd.conf':
              'ServerRoot "/etc/httpd"\nListen 80\nInclude conf.modules.d/*.conf\nUser apache\nGroup apache\nServerAdmin root@localhost\nDocumentRoot "/var/www/html"\nErrorLog "logs/error_log"\nLogLevel warn\nIncludeOptional conf.d/*.conf\n',
            '/etc/httpd/conf.d/ssl.conf': `Listen 443 https\n<VirtualHost _default_:443>\nSSLEngine on\nSSLCertificateFile /etc/pki/tls/certs/localhost.crt\nSSLCertificateKeyFile /etc/pki/tls/private/localhost.key\n${proxyOf(persona)}</VirtualHost>\n`,
            '/etc/httpd/conf.d/app.conf': `<VirtualHost *:80>\n${proxyOf(persona)}</VirtualHost>\n`,
          },
        }
      : {
          programs: [
            '/usr/sbin/apache2',
            '/usr/sbin/apache2ctl',
            '/usr/sbin/a2enmod',
            '/usr/sbin/a2ensite',
            '/usr/bin/htpasswd',
          ],
          files: {
            '/etc/apache2/apache2.conf':
              'DefaultRuntimeDir ${APACHE_RUN_DIR}\nPidFile ${APACHE_PID_FILE}\nTimeout 300\nKeepAlive On\nMaxKeepAliveRequests 100\nKeepAliveTimeout 5\nUser ${APACHE_RUN_USER}\nGroup ${APACHE_RUN_GROUP}\nErrorLog ${APACHE_LOG_DIR}/error.log\nLogLevel warn\nIncludeOptional mods-enabled/*.load\nIncludeOptional mods-enabled/*.conf\nInclude ports.conf\n<Directory /var/www/>\n\tOptions Indexes FollowSymLinks\n\tAllowOverride All\n\tRequire all granted\n</Directory>\nIncludeOptional conf-enabled/*.conf\nIncludeOptional sites-enabled/*.conf\n',
            '/etc/apache2/ports.conf': 'Listen 80\n<IfModule ssl_module>\n\tListen 443\n</IfModule>\n',
            '/etc/apache2/envvars':
              'export APACHE_RUN_USER=www-data\nexport APACHE_RUN_GROUP=www-data\nexport APACHE_LOG_DIR=/var/log/apache2$SUFFIX\n',
            '/etc/apache2/sites-available/000-default.conf':
              '<VirtualHost *:80>\n\tServerAdmin webmaster@localhost\n\tDocumentRoot /var/www/html\n\tErrorLog ${APACHE_LOG_DIR}/error.log\n\tCustomLog ${APACHE_LOG_DIR}/access.log combined\n</VirtualHost>\n',
            '/etc/apache2/sites-enabled/000-default.conf':
              '<VirtualHost *:80>\n\tServerAdmin webmaster@localhost\n\tDocumentRoot /var/www/html\n\tErrorLog ${APACHE_LOG_DIR}/error.log\n\tCustomLog ${APACHE_LOG_DIR}/access.log combined\n</VirtualHost>\n',
          },
        },
  php: ({ software }) => {
    const version = /^\d+\.\d+/.exec(software.php?.version ?? '')?.[0] ?? '8.1';
    return {
      programs: [`/usr/bin/php${version}`, '/usr/bin/php'],
      files: {
        [`/etc/php/${version}/apache2/php.ini`]:
          '[PHP]\nengine = On\nshort_open_tag = Off\nmemory_limit = 128M\npost_max_size = 64M\nupload_max_filesize = 64M\nallow_url_fopen = On\nallow_url_include = Off\ndisable_functions =\nexpose_php = Off\n',
      },
    };
  },
  mysql: (persona) => ({
    programs: ['/usr/sbin/mysqld', '/usr/bin/mysql', '/usr/bin/mysqldump', '/usr/bin/mysqladmin'],
    files: {
      '/etc/mysql/my.cnf': '!includedir /etc/mysql/conf.d/\n!includedir /etc/mysql/mysql.conf.d/\n',
      '/etc/mysql/mysql.conf.d/mysqld.cnf':
        '[mysqld]\nuser\t\t= mysql\nbind-address\t\t= 0.0.0.0\nmysqlx-bind-address\t= 127.0.0.1\nkey_buffer_size\t\t= 16M\nlog_error = /var/log/mysql/error.log\nmax_binlog_size   = 100M\n',
      ...dataFolder(persona, 'mysql', '/var/lib/mysql', 'ibdata1'),
    },
  }),
  mariadb: (persona) => ({
    programs: [
      '/usr/sbin/mariadbd',
      '/usr/bin/mariadb',
      '/usr/bin/mysql',
      '/usr/bin/mysqldump',
      '/usr/bin/mariadb-dump',
      '/usr/bin/mysqladmin',
    ],
    files: {
      '/etc/mysql/my.cnf':
        '[client-server]\nsocket = /run/mysqld/mysqld.sock\n!includedir /etc/mysql/conf.d/\n!includedir /etc/mysql/mariadb.conf.d/\n',
      '/etc/mysql/mariadb.conf.d/50-server.cnf':
        '[mysqld]\npid-file                = /run/mysqld/mysqld.pid\nbasedir                 = /usr\nbind-address            = 0.0.0.0\nexpire_logs_days        = 10\ncharacter-set-server  = utf8mb4\ncollation-server      = utf8mb4_general_ci\n',
      ...dataFolder(persona, 'mysql', '/var/lib/mysql', 'ibdata1'),
    },
  }),
  postgresql: (_persona, isRedHat) => {
    const folder = isRedHat ? '/var/lib/pgsql/data' : '/etc/postgresql/15/main';
    return {
      programs: ['/usr/bin/psql', '/usr/bin/pg_dump', '/usr/bin/pg_dumpall'],
      files: {
        [`${folder}/postgresql.conf`]:
          "listen_addresses = '*'\nport = 5432\nmax_connections = 100\nshared_buffers = 128MB\nlog_timezone = 'Etc/UTC'\ndatestyle = 'iso, mdy'\n",
        [`${folder}/pg_hba.conf`]:
          'local   all             postgres                                peer\nlocal   all             all                                     peer\nhost    all             all             0.0.0.0/0               scram-sha-256\nhost    all             all             ::1/128                 scram-sha-256\n',
      },
    };
  },
  redis: () => ({
    programs: ['/usr/bin/redis-server', '/usr/bin/redis-cli', '/usr/bin/redis-check-rdb'],
    files: {
      '/etc/redis/redis.conf':
        'bind 0.0.0.0 -::1\nprotected-mode no\nport 6379\ntcp-backlog 511\ndaemonize yes\nsupervised auto\npidfile /run/redis/redis-server.pid\nlogfile /var/log/redis/redis-server.log\ndatabases 16\ndbfilename dump.rdb\ndir /var/lib/redis\n',
    },
  }),
  samba: ({ netbios, shares }) => ({
    programs: ['/usr/sbin/smbd', '/usr/sbin/nmbd', '/usr/bin/smbstatus', '/usr/bin/testparm', '/usr/bin/pdbedit'],
    files: {
      '/etc/samba/smb.conf': `[global]\n   workgroup = ${netbios.domain}\n   server string = %h server\n   log file = /var/log/samba/log.%m\n   max log size = 1000\n   server role = standalone server\n   map to guest = bad user\n${shares
        .filter(({ kind }) => kind === 'disk')
        .map(
          ({ name, path, comment, access, writable }) =>
            `\n[${name}]\n   comment = ${comment}\n   path = ${path}\n   browseable = yes\n   read only = ${writable ? 'no' : 'yes'}\n   guest ok = ${access === 'everyone' ? 'yes' : 'no'}\n`,
        )
        .join('')}`,
    },
  }),
  vsftpd: () => ({
    programs: ['/usr/sbin/vsftpd'],
    files: {
      '/etc/vsftpd.conf':
        'listen=NO\nlisten_ipv6=YES\nanonymous_enable=NO\nlocal_enable=YES\nwrite_enable=YES\ndirmessage_enable=YES\nuse_localtime=YES\nxferlog_enable=YES\nconnect_from_port_20=YES\nsecure_chroot_dir=/var/run/vsftpd/empty\npam_service_name=vsftpd\n',
    },
  }),
  proftpd: () => ({
    programs: ['/usr/sbin/proftpd'],
    files: {
      '/etc/proftpd/proftpd.conf':
        'UseIPv6 on\nServerName "Debian"\nServerType standalone\nPort 21\nMaxInstances 30\nUser proftpd\nGroup nogroup\n',
    },
  }),
};

export function serviceFiles(persona: Persona, isRedHat: boolean): GeneratedFile[] {
  const installed = Math.floor(persona.installedAt / 1000);
  const files: GeneratedFile[] = [];
  for (const name of Object.keys(persona.software) as SoftwareName[]) {
    const { programs = [], files: texts = {} } = PACKAGES[name]?.(persona, isRedHat) ?? {};
    const spread = persona.derive(`service files ${name}`, 4);
    const later = 1800 + spread[0]! * 20;
    for (const [at, path] of programs.entries())
      files.push({
        path,
        mode: 0o100755,
        mtime: installed - 8_000_000 + spread[1]! * 3600,
        text: '',
        size: 60_000 + spread[2]! * 4096 + at * 20_480,
      });
    for (const [path, text] of Object.entries(texts)) files.push({ path, mtime: installed + later, text });
  }
  return files;
}

/** What a base tree has of software that this machine does not. */
export function foreignPaths({ software }: Persona): readonly string[] {
  return software.nginx === undefined ? NGINX : [];
}

const NGINX = [
  '/etc/default/nginx',
  '/etc/init.d/nginx',
  '/etc/logrotate.d/nginx',
  '/etc/nginx',
  '/etc/systemd/system/multi-user.target.wants/nginx.service',
  '/etc/ufw/applications.d/nginx',
  '/run/nginx.pid',
  '/usr/lib/nginx',
  '/usr/lib/systemd/system/nginx.service',
  '/usr/sbin/nginx',
  '/usr/share/man/man8/nginx.8.gz',
  '/usr/share/nginx',
  '/var/lib/nginx',
  '/var/log/nginx',
  '/var/www/html/index.nginx-debian.html',
  '/usr/share/doc/nginx',
  '/usr/share/doc/nginx-common',
  '/usr/share/doc/nginx-light',
  '/usr/share/doc/libnginx-mod-http-echo',
  '/etc/rc0.d/K01nginx',
  '/etc/rc1.d/K01nginx',
  '/etc/rc6.d/K01nginx',
  '/etc/rc2.d/S01nginx',
  '/etc/rc3.d/S01nginx',
  '/etc/rc4.d/S01nginx',
  '/etc/rc5.d/S01nginx',
];

function dataFolder(
  { databases }: Persona,
  engine: 'mysql' | 'postgresql',
  folder: string,
  file: string,
): Readonly<Record<string, string>> {
  return {
    [`${folder}/${file}`]: '',
    ...Object.fromEntries(
      databases
        .filter((one) => one.engine === engine)
        .map(({ name }) => [
          `${folder}/${name}/db.opt`,
          'default-character-set=utf8mb4\ndefault-collation=utf8mb4_general_ci\n',
        ]),
    ),
  };
}

/** Behind the server, where an application has it to itself. */
function proxyOf({ sites }: Persona): string {
  return sites.some(({ application }) => application === 'jenkins')
    ? 'ProxyPass / http://127.0.0.1:8080/ nocanon\nProxyPassReverse / http://127.0.0.1:8080/\n'
    : 'DocumentRoot /var/www/html\n';
}
