/** The system drive of a Windows server, as far as administrators' shares show it: enough that one walks about in it. */
import type { Persona } from '../../persona/persona.types.ts';
import type { SeededRandom } from '../../persona/seeded-random.ts';
import type { PlannedFile } from './share-plan.ts';

const FOLDERS = [
  '$Recycle.Bin',
  'inetpub/logs/LogFiles',
  'PerfLogs',
  'Program Files/Common Files',
  'Program Files/Internet Explorer',
  'Program Files/Windows Defender',
  'Program Files/Windows NT',
  'Program Files (x86)/Common Files',
  'ProgramData/Microsoft/Windows/Start Menu/Programs',
  'System Volume Information',
  'Users/Default',
  'Users/Public/Documents',
  'Users/Public/Desktop',
  'Windows/AppReadiness',
  'Windows/assembly',
  'Windows/Boot',
  'Windows/debug',
  'Windows/Fonts',
  'Windows/INF',
  'Windows/Installer',
  'Windows/Logs/CBS',
  'Windows/Microsoft.NET/Framework64/v4.0.30319',
  'Windows/Panther',
  'Windows/Prefetch',
  'Windows/security',
  'Windows/ServiceProfiles/NetworkService',
  'Windows/SoftwareDistribution/Download',
  'Windows/System32/config',
  'Windows/System32/drivers/etc',
  'Windows/System32/spool/drivers/x64/3',
  'Windows/System32/Tasks',
  'Windows/System32/WindowsPowerShell/v1.0',
  'Windows/SysWOW64',
  'Windows/Tasks',
  'Windows/Temp',
  'Windows/WinSxS',
];
const PROGRAMS: readonly (readonly [string, number])[] = [
  ['explorer.exe', 4_387_000],
  ['notepad.exe', 181_000],
  ['regedit.exe', 358_000],
  ['System32/cmd.exe', 278_000],
  ['System32/net.exe', 60_000],
  ['System32/lsass.exe', 57_000],
  ['System32/services.exe', 626_000],
  ['System32/svchost.exe', 51_000],
  ['System32/spoolsv.exe', 815_000],
  ['System32/kernel32.dll', 712_000],
  ['System32/ntdll.dll', 1_999_000],
  ['System32/ntoskrnl.exe', 7_700_000],
  ['System32/sethc.exe', 99_000],
  ['System32/utilman.exe', 84_000],
  ['System32/wbem/WmiPrvSE.exe', 495_000],
  ['System32/WindowsPowerShell/v1.0/powershell.exe', 452_000],
  ['SysWOW64/cmd.exe', 232_000],
];

export function windowsFiles(persona: Persona, random: SeededRandom): readonly PlannedFile[] {
  const installed = Math.floor(persona.installedAt / 1000);
  const shipped = installed - 400 * 86_400;
  const files: PlannedFile[] = FOLDERS.map((path) => ({
    path,
    size: 0,
    mtime: installed + random.between(0, 7200),
    folder: true,
  }));
  for (const [path, size] of PROGRAMS)
    files.push({
      path: `Windows/${path}`,
      size: size + random.between(0, 3) * 512,
      mtime: shipped + random.between(0, 86_400),
    });
  for (const hive of ['DEFAULT', 'SAM', 'SECURITY', 'SOFTWARE', 'SYSTEM'])
    files.push({
      path: `Windows/System32/config/${hive}`,
      size: hive === 'SOFTWARE' ? 7_864_320 : 262_144,
      mtime: installed + 86_400,
    });
  const hosts =
    '# Copyright (c) 1993-2009 Microsoft Corp.\r\n#\r\n# This is a sample HOSTS file used by Microsoft TCP/IP for Windows.\r\n';
  files.push({ path: 'Windows/System32/drivers/etc/hosts', size: hosts.length, mtime: shipped, text: hosts });
  files.push({ path: 'Windows/win.ini', size: WIN_INI.length, mtime: shipped, text: WIN_INI });
  files.push({ path: 'Windows/WindowsUpdate.log', size: random.between(2000, 9000), mtime: installed + 40 * 86_400 });
  for (const user of persona.users.filter((one) => one.login)) {
    const home = `Users/${user.name}`;
    for (const folder of ['AppData/Local/Temp', 'AppData/Roaming', 'Desktop', 'Documents', 'Downloads'])
      files.push({ path: `${home}/${folder}`, size: 0, mtime: installed + random.between(7200, 90_000), folder: true });
    files.push({ path: `${home}/NTUSER.DAT`, size: 786_432, mtime: installed + random.between(86_400, 900_000) });
  }
  return files;
}

const WIN_INI =
  '; for 16-bit app support\r\n[fonts]\r\n[extensions]\r\n[mci extensions]\r\n[files]\r\n[Mail]\r\nMAPI=1\r\n';
