/** The daemons behind a persona's services: what `ps` shows of each software, and what `ss -p` calls it. */
import type { Persona, SoftwareName } from '../../persona/persona.types.ts';

export interface DaemonLook {
  /** Who it runs as; the first of these that the machine has. */
  readonly users: readonly string[];
  readonly state: string;
  readonly vszKb: number;
  readonly rssKb: number;
  readonly cpu: number;
  readonly args: string;
  readonly executable: string;
  /** One more of these for each worker, under the first. */
  readonly workers?: {
    readonly args: string;
    readonly users: readonly string[];
    readonly perCpu: boolean;
    readonly count: number;
  };
}

const WEB = ['www-data', 'apache', 'root'];

function look(
  users: readonly string[],
  args: string,
  executable: string,
  fields: Partial<DaemonLook> = {},
): DaemonLook {
  return { users, state: 'Ss', vszKb: 12_000, rssKb: 4_200, cpu: 1, args, executable, ...fields };
}

const DAEMONS: Partial<Readonly<Record<SoftwareName, (persona: Persona) => readonly DaemonLook[]>>> = {
  nginx: () => [
    look(['root'], 'nginx: master process /usr/sbin/nginx -g daemon on; master_process on;', '/usr/sbin/nginx', {
      vszKb: 10_360,
      rssKb: 1_780,
      cpu: 0,
      workers: { args: 'nginx: worker process', users: WEB, perCpu: true, count: 1 },
    }),
  ],
  apache: ({ os }) => {
    const [args, executable] =
      os.id === 'rocky'
        ? ['/usr/sbin/httpd -DFOREGROUND', '/usr/sbin/httpd']
        : ['/usr/sbin/apache2 -k start', '/usr/sbin/apache2'];
    const workers = { args, users: WEB, perCpu: false, count: 5 };
    return [look(['root'], args, executable, { vszKb: 204_300, rssKb: 21_300, cpu: 3, workers })];
  },
  mysql: () => [
    look(['mysql', 'root'], '/usr/sbin/mysqld', '/usr/sbin/mysqld', {
      state: 'Ssl',
      vszKb: 1_785_300,
      rssKb: 398_200,
      cpu: 310,
    }),
  ],
  mariadb: () => [
    look(['mysql', 'root'], '/usr/sbin/mariadbd', '/usr/sbin/mariadbd', {
      state: 'Ssl',
      vszKb: 1_362_100,
      rssKb: 251_600,
      cpu: 190,
    }),
  ],
  postgresql: ({ os }) => [
    look(
      ['postgres', 'root'],
      os.id === 'rocky'
        ? '/usr/bin/postmaster -D /var/lib/pgsql/data'
        : '/usr/lib/postgresql/15/bin/postgres -D /var/lib/postgresql/15/main -c config_file=/etc/postgresql/15/main/postgresql.conf',
      os.id === 'rocky' ? '/usr/bin/postgres' : '/usr/lib/postgresql/15/bin/postgres',
      { vszKb: 219_700, rssKb: 29_400, cpu: 8 },
    ),
  ],
  redis: () => [
    look(['redis', 'root'], '/usr/bin/redis-server 0.0.0.0:6379', '/usr/bin/redis-check-rdb', {
      state: 'Ssl',
      vszKb: 66_500,
      rssKb: 12_100,
      cpu: 150,
    }),
  ],
  samba: () => [
    look(['root'], '/usr/sbin/nmbd --foreground --no-process-group', '/usr/sbin/nmbd', { vszKb: 70_200, rssKb: 7_300 }),
    look(['root'], '/usr/sbin/smbd --foreground --no-process-group', '/usr/sbin/smbd', {
      vszKb: 85_600,
      rssKb: 20_100,
    }),
  ],
  vsftpd: () => [
    look(['root'], '/usr/sbin/vsftpd /etc/vsftpd.conf', '/usr/sbin/vsftpd', { vszKb: 8_544, rssKb: 3_500, cpu: 0 }),
  ],
  proftpd: () => [
    look(['proftpd', 'root'], 'proftpd: (accepting connections)', '/usr/sbin/proftpd', {
      vszKb: 21_900,
      rssKb: 3_900,
      cpu: 0,
    }),
  ],
  kubernetes: ({ hostname, network }) => [
    look(['root'], '/usr/bin/containerd', '/usr/bin/containerd', {
      state: 'Ssl',
      vszKb: 1_871_200,
      rssKb: 58_300,
      cpu: 900,
    }),
    look(
      ['root'],
      '/usr/bin/kubelet --bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf --config=/var/lib/kubelet/config.yaml --container-runtime-endpoint=unix:///var/run/containerd/containerd.sock',
      '/usr/bin/kubelet',
      { state: 'Ssl', vszKb: 2_045_000, rssKb: 104_900, cpu: 2_100 },
    ),
    look(
      ['root'],
      `kube-apiserver --advertise-address=${network.address} --allow-privileged=true --authorization-mode=Node,RBAC --secure-port=6443 --service-cluster-ip-range=10.96.0.0/12`,
      '/usr/local/bin/kube-apiserver',
      { state: 'Ssl', vszKb: 1_512_000, rssKb: 391_000, cpu: 3_900 },
    ),
    look(
      ['root'],
      `etcd --advertise-client-urls=https://${network.address}:2379 --name=${hostname} --data-dir=/var/lib/etcd`,
      '/usr/local/bin/etcd',
      { state: 'Ssl', vszKb: 11_740_000, rssKb: 72_000, cpu: 1_500 },
    ),
  ],
};

/** In the order in which they start. */
export function serviceDaemons(persona: Persona): readonly DaemonLook[] {
  return (Object.keys(persona.software) as SoftwareName[]).flatMap((name) => DAEMONS[name]?.(persona) ?? []);
}

const LISTENERS: Partial<Readonly<Record<SoftwareName, string>>> = {
  openssh: 'sshd',
  nginx: 'nginx',
  mysql: 'mysqld',
  mariadb: 'mariadbd',
  redis: 'redis-server',
  samba: 'smbd',
  vsftpd: 'vsftpd',
  proftpd: 'proftpd',
  lighttpd: 'lighttpd',
  telnetd: 'telnetd',
  kubernetes: 'kube-apiserver',
};

/** What listens on the persona's ports, sshd left out: program and port. */
export function listeningPrograms(
  persona: Persona,
): { readonly program: string; readonly port: number; readonly transport: 'tcp' | 'udp' }[] {
  return persona.services.flatMap(({ software, port, transport }) => {
    if (software === undefined || software === 'openssh') return [];
    const isRedHat = persona.os.id === 'rocky';
    const program =
      software === 'apache'
        ? isRedHat
          ? 'httpd'
          : 'apache2'
        : software === 'postgresql'
          ? isRedHat
            ? 'postmaster'
            : 'postgres'
          : LISTENERS[software];
    return program === undefined ? [] : [{ program: port === 10_250 ? 'kubelet' : program, port, transport }];
  });
}
