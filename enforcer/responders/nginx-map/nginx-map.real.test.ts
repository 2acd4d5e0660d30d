/** Debian's nginx on loopback ports: the contract, and requests that are refused and served again. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { responderSuite } from '@netsentinel/testkit/contracts/responder.suite';
import { freePort, listening } from '@netsentinel/testkit/free-port';
import { blockOf, FakeResponderContext, until } from '@netsentinel/testkit/responder-context';
import { describe, expect, it } from 'vitest';
import { NginxMapConfig } from './nginx-map.config.ts';
import { nginxMap } from './nginx-map.responder.ts';

const missing = spawnSync('nginx', ['-v']).error !== undefined;

/** The client's address is taken from the query, so that one machine can play many. */
async function startNginx() {
  const folder = mkdtempSync(join(tmpdir(), 'netsentinel-nginx-'));
  const port = await freePort();
  const file = join(folder, 'blocked.conf');
  const main = join(folder, 'nginx.conf');
  mkdirSync(join(folder, 'temp'));
  writeFileSync(file, '');
  writeFileSync(
    main,
    `daemon off; master_process on; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
events {}
http {
  access_log off;
  client_body_temp_path ${folder}/temp/b; proxy_temp_path ${folder}/temp/p; fastcgi_temp_path ${folder}/temp/f;
  uwsgi_temp_path ${folder}/temp/u; scgi_temp_path ${folder}/temp/s;
  geo $arg_ip $netsentinel_blocked { default 0; include ${file}; }
  server { listen 127.0.0.1:${port}; location / { if ($netsentinel_blocked) { return 403; } return 200; } }
}
`,
  );
  const command = ['nginx', '-c', main, '-p', folder];
  const child = spawn(command[0]!, command.slice(1), { stdio: 'ignore' });
  await listening(port, 'nginx');
  return {
    file,
    config: NginxMapConfig.parse({
      file,
      reload: ['/usr/sbin/nginx', ...command.slice(1), '-s', 'reload'],
      reloadEveryMs: 20,
      checkMs: 100,
    }),
    refuses: async (ip: string): Promise<boolean> => (await fetch(`http://127.0.0.1:${port}/?ip=${ip}`)).status === 403,
    destroy: async (): Promise<void> => {
      const gone = once(child, 'exit');
      child.kill('SIGQUIT');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

describe.skipIf(missing && process.env['CI'] === undefined)('Debian’s nginx', () => {
  responderSuite('nginx', async () => {
    const nginx = await startNginx();
    return {
      clock: systemClock,
      log: silentLogger,
      create: (ctx) => nginxMap.create(ctx, nginx.config),
      blocked: () => {
        const lines = readFileSync(nginx.file, 'utf8').split('\n');
        return Promise.resolve(lines.filter((line) => line.endsWith(' 1;')).map((line) => line.slice(0, -3)));
      },
      vandalize: () => {
        writeFileSync(nginx.file, '');
        return Promise.resolve();
      },
      until,
      destroy: nginx.destroy,
    };
  });

  it('refuses the requests of whom we block, until their time is over', async () => {
    const nginx = await startNginx();
    const responder = nginxMap.create(new FakeResponderContext(), nginx.config);
    try {
      expect(await responder.start()).toMatchObject({ available: true });
      expect(await nginx.refuses('198.18.1.1')).toBe(false);
      await responder.apply([blockOf('198.18.1.1', 2000), blockOf('198.18.2.0/24'), blockOf('2001:db8:1::/64')]);
      for (const ip of ['198.18.1.1', '198.18.2.9', '2001:db8:1::5']) await until(() => nginx.refuses(ip));
      expect(await nginx.refuses('198.18.3.1')).toBe(false);
      await until(async () => !(await nginx.refuses('198.18.1.1')));
      expect(await nginx.refuses('198.18.2.9')).toBe(true);
    } finally {
      await responder.close();
      await nginx.destroy();
    }
  });
});
