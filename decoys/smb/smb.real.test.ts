/** Real clients and attackers' tools from Debian against the decoy, and a real Samba asked the same as the decoy. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordShare } from '@netsentinel/testkit/conformance-share';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canRunSamba, run, serveSmb, type ServedDecoy, startSamba, tcpTransport } from './smb-real.fixture.ts';
import { KNOWN_USER, PASSWORD } from './smb-play.fixture.ts';
import { SMB_PROBES } from './smb-probes.fixture.ts';

const SAMBA = '127.77.7.7';
const WINDOWS = '127.77.7.8';
const LOGIN = `${KNOWN_USER}%${PASSWORD}`;
const folder = mkdtempSync(join(tmpdir(), 'smb-clients-'));
const accept = [
  { user: KNOWN_USER, password: PASSWORD },
  { user: 'Administrator', password: PASSWORD },
];
const credentials = { accept, anyAfterTries: false, weakPairs: false };
let samba: ServedDecoy;
let windows: ServedDecoy;

const told = (service: ServedDecoy, action: string) =>
  service.events.filter(({ event }) => event.action === `smb-${action}`);

describe.runIf(canRunSamba())('the SMB decoy', () => {
  beforeAll(async () => {
    samba = await serveSmb(SAMBA, { persona: 'debian-12-server', credentials });
    windows = await serveSmb(WINDOWS, { persona: 'windows-2019-fileserver', credentials, eternalBlue: true });
    writeFileSync(join(folder, 'up.bin'), Buffer.alloc(300_000, 'payload '));
    writeFileSync(join(folder, 'passwords'), `wrong\nother\n${PASSWORD}\n`);
  });

  afterAll(async () => {
    await samba.close();
    await windows.close();
    rmSync(folder, { recursive: true, force: true });
    const failures = [...samba.failures, ...windows.failures];
    if (failures.length > 0) throw new Error(failures.join('; '));
  });

  it.each(['NT1', 'SMB2_02', 'SMB2_10', 'SMB3_00', 'SMB3_02', 'SMB3_11', 'SMB3_00 encrypted', 'SMB3_11 encrypted'])(
    'serves smbclient with %s',
    async (name) => {
      const [dialect, encrypted] = name.split(' ') as [string, string | undefined];
      const options = [
        '-m',
        dialect,
        '--option=client min protocol=NT1',
        ...(encrypted === undefined ? [] : ['--client-protection=encrypt']),
      ];
      const listed = await run('smbclient', ['-L', SAMBA, '-U', LOGIN, ...options]);
      expect(listed.out).toMatch(/projects +Disk +Project files/);
      const down = join(folder, `down-${name.replace(' ', '-')}`);
      const commands = `mkdir made; cd made; put ${join(folder, 'up.bin')} up.bin; ls; get up.bin ${down}; rename up.bin x.bin; allinfo x.bin; rm x.bin; cd ..; rmdir made; ls nosuch`;
      const used = await run('smbclient', [`//${SAMBA}/projects`, '-U', LOGIN, ...options, '-c', commands]);
      expect(used.out).toMatch(/up\.bin +A +300000/);
      expect(used.out).toContain('stream: [::$DATA], 300000 bytes');
      expect(used.out).toContain('NT_STATUS_NO_SUCH_FILE listing \\nosuch');
      expect(used.out.match(/NT_STATUS/g)).toHaveLength(1);
      expect(readFileSync(down)).toEqual(readFileSync(join(folder, 'up.bin')));
    },
  );

  it('says what smbclient did', () => {
    expect(told(samba, 'file').some(({ file }) => file?.size === 300_000)).toBe(true);
    expect(told(samba, 'login').at(-1)).toMatchObject({ event: { outcome: 'success' }, user: { name: KNOWN_USER } });
    for (const action of ['read', 'list', 'delete', 'rename']) expect(told(samba, action).length).toBeGreaterThan(3);
  });

  it.each([
    ['srvinfo', /Wk Sv PrQ Unx NT SNT/],
    ['enumdomusers', /user:\[\w+\] rid:\[0x3e8\]/],
    ['netshareenum', /netname: projects/],
    ['querydominfo', /Domain:\s+WORKGROUP/],
    ['queryuser 0x3e8', /User Name\s+:\s+\w+/],
    ['querydispinfo', /index: 0x1 RID: 0x3e8/],
    ['lsaenumsid', /found 6 SIDs/],
    ['lookupsids S-1-5-32-544', /BUILTIN\\Administrators \(4\)/],
    ['getusername', /Account Name: \w+/],
    ['enumprivs', /SeBackupPrivilege/],
    ['getdompwinfo', /min_password_length: 5/],
    ['dsroledominfo', /Machine Role = \[2\]/],
  ])('answers rpcclient: %s', async (command, answer) => {
    expect((await run('rpcclient', [SAMBA, '-U', LOGIN, '-c', command])).out).toMatch(answer);
  });

  it('serves smbmap', async () => {
    const { out } = await run('smbmap', ['-H', SAMBA, '-u', KNOWN_USER, '-p', PASSWORD]);
    expect(out).toMatch(/projects\s+READ, WRITE/);
    expect(out).toMatch(/backup\s+READ ONLY/);
  });

  it('is named by nmap as what it is', async () => {
    const scripts =
      'smb-os-discovery,smb-protocols,smb2-security-mode,smb-security-mode,smb2-time,smb-enum-shares,smb-vuln-ms17-010';
    const { out } = await run('nmap', ['-Pn', '-n', '-p445', '-sV', '-sC', '--script', scripts, SAMBA]);
    expect(out).toMatch(/445\/tcp +open +netbios-ssn +Samba smbd/);
    expect(out).toContain('OS: Windows 6.1 (Samba 4.17.12-Debian)');
    for (const dialect of ['NT LM 0.12 (SMBv1)', '202', '210', '300', '302', '311']) expect(out).toContain(dialect);
    expect(out).toContain('Message signing enabled but not required');
    expect(out).not.toContain('ERROR: Script execution failed');
    expect(out).not.toContain('VULNERABLE');
  });

  it('plays a Windows to nmap, vulnerable where it is said to be', async () => {
    const scripts = 'smb-os-discovery,smb-protocols,smb2-security-mode,smb-vuln-ms17-010';
    const { out } = await run('nmap', ['-Pn', '-n', '-p445', '-sV', '--script', scripts, WINDOWS]);
    expect(out).toMatch(/445\/tcp +open +microsoft-ds +.*Windows/);
    expect(out).toMatch(/OS: Windows Server 2019 Standard 17763/);
    expect(out).toMatch(/VULNERABLE[^]*CVE:CVE-2017-0143/);
    expect(told(windows, 'eternalblue-probe')).toHaveLength(1);
  });

  it('lets guessers find the one password', async () => {
    const hydra = await run('hydra', ['-l', KNOWN_USER, '-P', join(folder, 'passwords'), `smb://${SAMBA}`]);
    expect(hydra.out).toMatch(new RegExp(`login: ${KNOWN_USER} +password: ${PASSWORD}`));
    const medusa = await run('medusa', ['-h', SAMBA, '-u', KNOWN_USER, '-P', join(folder, 'passwords'), '-M', 'smbnt']);
    expect(medusa.out).toMatch(new RegExp(`ACCOUNT FOUND: .*User: ${KNOWN_USER} Password: ${PASSWORD}`));
    const responses = told(samba, 'login').flatMap(({ netsentinel }) => netsentinel?.credential?.response ?? []);
    expect(new Set(responses).size).toBeGreaterThan(3);
  });

  const examples = '/usr/share/doc/python3-impacket/examples';
  it.runIf(existsSync(examples))('serves impacket, and tells what its psexec and smbexec would run', async () => {
    const python = (script: string, ...args: readonly string[]) =>
      run('/usr/bin/python3', [join(examples, script), ...args]);
    const admin = `Administrator:${PASSWORD}@${WINDOWS}`;
    expect((await python('lookupsid.py', admin)).out).toMatch(/500: .*\\Administrator \(SidTypeUser\)/);
    expect((await python('samrdump.py', admin)).out).toContain('Administrator (500)/FullName');
    const shell = await run('/usr/bin/python3', [join(examples, 'smbclient.py'), admin], 'shares\nuse C$\nls\nexit\n');
    expect(shell.out).toMatch(/ADMIN\$[^]*Windows/);
    await python(
      'services.py',
      admin,
      'create',
      '-name',
      'evil',
      '-display',
      'evil',
      '-path',
      'C:\\Windows\\Temp\\evil.exe',
    );
    const create = told(windows, 'call').find(
      ({ netsentinel }) => netsentinel?.smb?.operation === 'svcctl:CreateService',
    );
    expect(create?.netsentinel?.smb?.arguments).toContain('C:\\Windows\\Temp\\evil.exe');
  });

  it('answers as a Samba of Debian does', async () => {
    const user = 'smbprobe';
    const known = await run('id', [user]);
    if (known.code !== 0) await run('useradd', ['-M', '-N', '-s', '/usr/sbin/nologin', user]);
    const real = await startSamba('127.77.7.9', 4459, user, PASSWORD);
    const different: string[] = [];
    try {
      const theirs = { user, password: PASSWORD, share: 'share', connect: () => tcpTransport('127.77.7.9', real.port) };
      const ours = { user: KNOWN_USER, password: PASSWORD, share: 'projects', connect: () => tcpTransport(SAMBA, 445) };
      for (const probe of SMB_PROBES) {
        const [expected, answer] = [await probe.run(theirs), await probe.run(ours)];
        if (expected !== answer) different.push(`${probe.name}\n  Samba: ${expected}\n  decoy: ${answer}`);
      }
    } finally {
      await real.stop();
      if (known.code !== 0) await run('userdel', [user]);
    }
    process.stdout.write(
      `${SMB_PROBES.length - different.length} of ${SMB_PROBES.length} probes are answered alike\n${different.join('\n')}\n`,
    );
    recordShare({
      decoy: 'smb',
      beside: 'Samba',
      probes: SMB_PROBES.length,
      alike: SMB_PROBES.length - different.length,
    });
    expect(different.length).toBeLessThanOrEqual(Math.floor(SMB_PROBES.length * 0.02));
  }, 300_000);
});
