/**
 * Debian's CrowdSec with its hub's own sshd parser and brute-force scenario, and its firewall bouncer at the pace that it comes with. Debian's package
 * wants to register at its maker's when it is installed: where it cannot, unpack it (`dpkg-deb -x`) and name the folder in `CROWDSEC_ROOT`.
 */
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { SAYING_ALL, whenSaid } from './when-said.ts';
import type { Rival } from './rival.types.ts';

const PARSERS = ['s00-raw/syslog-logs', 's01-parse/sshd-logs', 's02-enrich/dateparse-enrich'];
/** What Debian's bouncer is configured with. */
const BOUNCER_EVERY = '10s';
const PORT = 18_080;

export const crowdsec: Rival = {
  name: 'crowdsec',
  async start({ lab, folder, log, threshold }) {
    const root = process.env['CROWDSEC_ROOT'] ?? '/';
    const program = join(root, 'usr/bin/crowdsec');
    if (!existsSync(program) || !existsSync('/usr/bin/crowdsec-firewall-bouncer'))
      throw new NetSentinelError('BENCH_UNAVAILABLE', 'user', 'CrowdSec or its firewall bouncer is not installed', {
        hint: 'Install Debian’s crowdsec-firewall-bouncer, and crowdsec or a folder with its package unpacked, named in CROWDSEC_ROOT.',
      });
    const config = writeConfig(root, folder, log, threshold);
    const cscli = (...args: string[]): string =>
      lab.run('defender', [join(root, 'usr/bin/cscli'), '-c', config, ...args]);
    cscli('machines', 'add', 'bench', '--auto', '--file', join(folder, 'credentials.yaml'));
    const key = cscli('bouncers', 'add', 'bench', '-o', 'raw').trim();
    const agent = lab.start('defender', [...SAYING_ALL, program, '-c', config, '-no-capi']);
    await whenSaid(agent, /Starting processing data/);
    const bouncerConfig = join(folder, 'bouncer.yaml');
    writeFileSync(
      bouncerConfig,
      stringify({
        mode: 'nftables',
        pid_dir: folder,
        update_frequency: BOUNCER_EVERY,
        daemonize: false,
        log_mode: 'stdout',
        log_level: 'info',
        api_url: `http://127.0.0.1:${PORT}/`,
        api_key: key,
        deny_action: 'DROP',
        supported_decisions_types: ['ban'],
        blacklists_ipv4: 'crowdsec-blacklists',
        blacklists_ipv6: 'crowdsec6-blacklists',
        nftables: {
          ipv4: { enabled: true, 'set-only': false, table: 'crowdsec', chain: 'crowdsec-chain' },
          ipv6: { enabled: true, 'set-only': false, table: 'crowdsec6', chain: 'crowdsec6-chain' },
        },
        prometheus: { enabled: false },
      }),
    );
    const bouncer = lab.start('defender', [...SAYING_ALL, 'crowdsec-firewall-bouncer', '-c', bouncerConfig]);
    await whenSaid(bouncer, /Processing new and deleted decisions/);
    return {
      stop: async () => {
        bouncer.kill('SIGTERM');
        agent.kill('SIGTERM');
      },
    };
  },
};

/** The package's own parsers, patterns and scenario; of the scenario only the number of failures is changed. */
function writeConfig(root: string, folder: string, log: string, threshold: number): string {
  const hub = join(root, 'usr/share/crowdsec/hub');
  const to = join(folder, 'etc');
  const file = join(to, 'config.yaml');
  for (const one of ['data', 'etc/scenarios', 'etc/notifications', 'etc/plugins'])
    mkdirSync(join(folder, one), { recursive: true });
  cpSync(join(root, 'etc/crowdsec/patterns'), join(to, 'patterns'), { recursive: true });
  for (const name of ['profiles.yaml', 'simulation.yaml'])
    copyFileSync(join(root, 'etc/crowdsec', name), join(to, name));
  for (const parser of PARSERS) {
    const [stage, name] = parser.split('/') as [string, string];
    mkdirSync(join(to, 'parsers', stage), { recursive: true });
    copyFileSync(
      join(hub, 'parsers', stage, 'crowdsecurity', `${name}.yaml`),
      join(to, 'parsers', stage, `${name}.yaml`),
    );
  }
  const scenario = readFileSync(join(hub, 'scenarios/crowdsecurity/ssh-bf.yaml'), 'utf8');
  // Its bucket runs over with the one after its capacity.
  writeFileSync(
    join(to, 'scenarios/ssh-bf.yaml'),
    scenario.replaceAll(/^capacity: 5$/gm, `capacity: ${threshold - 1}`),
  );
  writeFileSync(join(to, 'acquis.yaml'), stringify({ filenames: [log], labels: { type: 'syslog' } }));
  writeFileSync(
    file,
    stringify({
      common: { daemonize: false, log_media: 'stdout', log_level: 'info', working_dir: '.' },
      config_paths: {
        config_dir: `${to}/`,
        data_dir: `${join(folder, 'data')}/`,
        simulation_path: join(to, 'simulation.yaml'),
        hub_dir: hub,
        index_path: join(hub, '.index.json'),
        notification_dir: `${join(to, 'notifications')}/`,
        plugin_dir: `${join(to, 'plugins')}/`,
      },
      crowdsec_service: { acquisition_path: join(to, 'acquis.yaml'), parser_routines: 1 },
      cscli: { output: 'human' },
      db_config: { log_level: 'info', type: 'sqlite', db_path: join(folder, 'data/crowdsec.db') },
      api: {
        client: { credentials_path: join(folder, 'credentials.yaml') },
        server: { log_level: 'info', listen_uri: `127.0.0.1:${PORT}`, profiles_path: join(to, 'profiles.yaml') },
      },
      prometheus: { enabled: false },
    }),
  );
  return file;
}
