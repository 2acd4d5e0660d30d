/** Lines of applications, written after their manuals: whom they blame, through the parser that their content is recognised as. */
import type { EcsDocument } from '@netsentinel/contracts/parser';
import { expect, it } from 'vitest';
import { RecordReader } from '../../records/record-reader.ts';
import { sampleOf } from '../../records/sample.ts';
import { recognise } from '../find-parser.ts';
import { application } from './application.parser.ts';

const CLIENT = '198.51.100.7';
const parse = { zone: 'UTC', referenceMs: Date.UTC(2026, 10, 22), trustedProxies: [] };

async function read(text: string): Promise<EcsDocument[]> {
  const bytes = Buffer.from(`${text}\n`);
  const [best] = await recognise(sampleOf(bytes, true));
  const documents: EcsDocument[] = [];
  const reader = new RecordReader({
    definition: best!.definition,
    parse,
    onDocument: (document) => documents.push(document),
    onRefused: () => undefined,
  });
  reader.push(bytes);
  reader.end();
  return documents;
}

it.each([
  [
    `time="2026-11-21T09:30:00Z" level=error msg="Unsuccessful 1FA authentication attempt by user 'alice'" method=POST path=/api/firstfactor remote_ip=${CLIENT}`,
  ],
  [`2026-11-21 09:30:00.123 +00:00 [WRN] Failed login attempt, 2FA invalid. ${CLIENT}`],
  [`2026-11-21 09:30:00.092 Warn Server: AUTH-ERROR: ${CLIENT} - Invalid username or password entered.`],
  [`2026-11-21T09:30:00Z [AUTH] WARN: Incorrect username or password for user alice. IP=${CLIENT}`],
  [
    `2026-11-21 09:30:00.123456|WARNING |Query |   |query from 3 ${CLIENT}:51234 attempted to login with account "alice" and failed!`,
  ],
  [
    `[2026-11-21 09:30:00] local.INFO: Login failed. Attempt for user "alice" failed. (${CLIENT} (alice) -> POST:https://x/login)`,
  ],
  [
    `2026-11-21 09:30:00,116 INFO [x.Audit] - Sat Nov 21 09:29:59 UTC 2026|CAS|credentials: [x]|AUTHENTICATION_FAILED|alice|${CLIENT}|192.0.2.8`,
  ],
  [`1795253400.2161960.0 [21/Nov/2026 09:30:00] alice - ${CLIENT} global miniserv.pl "failed" "-" "wrongpass"`],
  [
    `11/21/26 09:30:00.393003 web_php[118770].ERR [${CLIENT}] [Could not retrieve user alice details] at /usr/share/auth.php line 313`,
  ],
  [
    `2026-11-21T09:30:00.270Z,MAIL-1\\Default,08DA,9,192.0.2.1:25,${CLIENT}:53722,>,535 5.7.3 Authentication unsuccessful,`,
  ],
  [
    `[2026/11/21 09:30:00.123456,  2] auth_log.c:635(log)\n  Auth: [SMB2,(null)] user [WORKGROUP]\\[alice] at [x] with [NTLMv2] status [NT_STATUS_WRONG_PASSWORD] workstation [PC] remote host [ipv4:${CLIENT}:51234] mapped to [x]`,
  ],
  [
    `\u001b[33m[Nest] 6  - \u001b[39m11/21/2026, 9:30:00 AM \u001b[33m   WARN\u001b[39m [AuthService] Failed login attempt for user alice from ip address ${CLIENT}`,
  ],
])('a failed login: %s', async (line) => {
  const [document] = await read(line);
  expect(document).toMatchObject({
    '@timestamp': expect.stringMatching(/^2026-11-21T09:(?:29|30):/),
    event: { category: ['authentication'], outcome: 'failure' },
    source: { ip: CLIENT },
  });
  // Not every program says who it was.
  expect(['alice', undefined]).toContain((document!['user'] as { name?: string } | undefined)?.name);
});

it('tells refused packets of a VPN from passwords that were wrong', async () => {
  const [packet] = await read(
    `2026-11-21 09:30:00 ${CLIENT}:45321 TLS Error: incoming packet authentication failed from [AF_INET]${CLIENT}:45321`,
  );
  expect(packet).toMatchObject({ event: { action: 'vpn-refused', outcome: 'failure' }, source: { ip: CLIENT } });
  const [password] = await read(
    `2026-11-21 09:30:00 ${CLIENT}:45321 TLS Auth Error: Auth Username/Password verification failed for peer`,
  );
  expect(password).toMatchObject({ event: { category: ['authentication'], outcome: 'failure' } });
});

it('reads alerts of other guards', async () => {
  const [fast] = await read(
    `11/21/2026-09:30:00.123456  [**] [1:2010935:3] ET SCAN Inbound to MSSQL [**] [Classification: Bad Traffic] [Priority: 2] {TCP} ${CLIENT}:6000 -> 192.0.2.10:1433`,
  );
  expect(fast).toMatchObject({
    event: { kind: 'alert', severity: 2, category: ['intrusion_detection', 'network'] },
    rule: { name: 'ET SCAN Inbound to MSSQL' },
    source: { ip: CLIENT, port: 6000 },
    destination: { ip: '192.0.2.10' },
  });
  const [pan] = await read(
    `2026-11-21T09:30:00+00:00 fw 1,2026/11/21 09:30:00,0164,THREAT,vulnerability,2561,2026/11/21 09:30:00,${CLIENT},192.0.2.10,${CLIENT},192.0.2.10,Rule,,,ssh,vsys1,Untrust,DMZ,a,b,c,2026/11/21 09:30:00,23,1,47094,22,47094,22,0x402400,tcp,reset-both,,SSH Brute Force Attempt(40015),any,high,client-to-server,72041`,
  );
  expect(pan).toMatchObject({ event: { kind: 'alert', severity: 1, type: ['denied'] }, source: { ip: CLIENT } });
  const [ban] = await read(`2026-11-21 09:30:00 CRIT: Banning ${CLIENT}/32 for 60 minutes`);
  expect(ban).toMatchObject({ event: { kind: 'alert' }, source: { ip: CLIENT } });
});

it("reads Windows Firewall's packets", async () => {
  const [document] = await read(
    `2026-11-21 09:30:00 DROP TCP ${CLIENT} 192.0.2.1 51234 3389 52 S 123 0 64240 - - - RECEIVE`,
  );
  expect(document).toMatchObject({
    event: { category: ['network'], type: ['connection', 'denied'] },
    source: { ip: CLIENT, port: 51_234 },
    destination: { port: 3389 },
    network: { transport: 'tcp' },
  });
});

it('reads web requests, also those without a time', async () => {
  const [gin] = await read(`[GIN] 2026/11/21 - 09:30:00 | 401 | 505µs | ${CLIENT} | POST     "/client"`);
  expect(gin).toMatchObject({
    source: { ip: CLIENT },
    http: { response: { status_code: 401 } },
    url: { path: '/client' },
  });
  const [uvicorn] = await read(`INFO:     ${CLIENT}:51234 - "GET /.env HTTP/1.1" 404 Not Found`);
  expect(uvicorn).toMatchObject({ source: { ip: CLIENT }, url: { path: '/.env' } });
});

it('opens what container runtimes and compose put before a line', async () => {
  for (const before of ['portal-1  | ', '2026-11-21T09:30:00.000000001Z stdout F '])
    expect(
      (await read(`${before}time=2026-11-21T09:30:00Z level=WARN msg="Login failed" client_ip=${CLIENT}`))[0],
    ).toMatchObject({
      source: { ip: CLIENT },
    });
  const [access] = await read(
    `Nov 21 09:30:00 web1 nginx[28]: ${CLIENT} - - [21/Nov/2026:09:30:00 +0000] "POST /wp-login.php HTTP/1.1" 200 5364 "-" "x"`,
  );
  expect(access).toMatchObject({ event: { dataset: 'nginx.access' }, source: { ip: CLIENT } });
});

it('joins a stack trace with its error, and refuses what has neither a time nor a client', async () => {
  expect(await read('2026-11-21 09:30:00 ERROR x\n\tat a.b.C\nCaused by: d\n2026-11-21 09:30:01 INFO y')).toHaveLength(
    2,
  );
  const parser = application.create(parse);
  expect(parser.line!('just words')).toMatchObject({ reason: expect.any(String) });
});
