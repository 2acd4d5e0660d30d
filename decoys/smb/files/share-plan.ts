/** Which files a share of this name has, with sizes and dates: what people in small companies keep. */
import { MONTHS } from '../../shell/commands/time-format.ts';
import type { SeededRandom } from '../../persona/seeded-random.ts';
import type { Share, SmbIdentity } from '../smb.types.ts';

export interface PlannedFile {
  /** Below the share, with slashes. */
  readonly path: string;
  readonly size: number;
  /** Epoch seconds. */
  readonly mtime: number;
  readonly folder?: boolean;
  /** Of files whose words matter. */
  readonly text?: string;
}

const DAY = 86_400;
const TOPICS = [
  'Kickoff',
  'Requirements',
  'Offer',
  'Contract',
  'Minutes',
  'Schedule',
  'Specification',
  'Acceptance',
  'Budget',
  'Presentation',
];
const CUSTOMERS = [
  'Northwind',
  'Albrecht',
  'Fabrikam',
  'Lindqvist',
  'Moreau',
  'Tessel',
  'Harbour',
  'Castellan',
  'Brandt',
  'Okonkwo',
];

interface Planning {
  readonly random: SeededRandom;
  readonly identity: SmbIdentity;
  /** When the last file was saved, epoch seconds. */
  readonly until: number;
  readonly files: PlannedFile[];
}

export function plan(share: Share, identity: SmbIdentity, random: SeededRandom): readonly PlannedFile[] {
  const installed = Math.floor(identity.persona.installedAt / 1000);
  const planning: Planning = { random, identity, until: installed + 200 * DAY, files: [] };
  const name = share.name.toLowerCase();
  if (name === 'print$') printerDrivers(planning, installed);
  else if (/backup/.test(name)) backups(planning);
  else if (/depart/.test(name)) departments(planning);
  else if (/financ|account|buch|invoice|compta/.test(name)) finance(planning);
  else if (/hr|personal|staff|people/.test(name)) staff(planning);
  else if (/^it$|tools|software|admin|install|deploy/.test(name)) tools(planning);
  else if (/user|home/.test(name)) homes(planning);
  else if (/scan/.test(name)) scans(planning);
  else if (/music|media|video|photo|multimedia|picture/.test(name)) media(planning);
  else if (/public|common|share|transfer|exchange|download/.test(name)) commonFiles(planning);
  else projects(planning);
  return planning.files;
}

/** Some day of working hours up to `until`, `days` back at most. */
function when({ random, until }: Planning, days = 600): number {
  return until - random.between(1, days) * DAY - random.between(0, 9 * 3600);
}

function add(planning: Planning, path: string, size: readonly [number, number], mtime = when(planning)): void {
  planning.files.push({ path, size: planning.random.between(...size), mtime });
}

function addText(planning: Planning, path: string, text: string, mtime = when(planning)): void {
  planning.files.push({ path, size: Buffer.byteLength(text), mtime, text });
}

function projects(planning: Planning): void {
  const { random } = planning;
  const used = new Set<string>();
  for (let n = random.between(4, 7); n > 0; n--) {
    const customer = random.pick(CUSTOMERS);
    if (used.has(customer)) continue;
    used.add(customer);
    const folder = `${random.between(2021, 2025)}-${String(random.between(1, 99)).padStart(3, '0')} ${customer}`;
    for (let files = random.between(3, 8); files > 0; files--) {
      const kind = random.pick(['docx', 'docx', 'xlsx', 'pdf', 'pdf', 'pptx']);
      add(planning, `${folder}/${random.pick(TOPICS)} ${customer} v${random.between(1, 4)}.${kind}`, [18_000, 900_000]);
    }
    add(planning, `${folder}/Drawings/${customer.toLowerCase()}-${random.between(100, 999)}.dwg`, [200_000, 3_000_000]);
  }
  add(planning, 'Template offer.docx', [22_000, 60_000]);
  addText(
    planning,
    'README.txt',
    `${planning.identity.persona.organization.name}\r\nProject folders: year-number customer. Archive ${random.between(2, 12)} weeks after acceptance.\r\n`,
  );
}

function finance(planning: Planning): void {
  const { random, identity } = planning;
  for (const year of [2023, 2024, 2025]) {
    for (let month = 0; month < 12; month++)
      add(
        planning,
        `${year}/${String(month + 1).padStart(2, '0')} ${MONTHS[month]!}/Journal ${MONTHS[month]!} ${year}.xlsx`,
        [40_000, 220_000],
      );
    add(planning, `${year}/Annual accounts ${year}.pdf`, [300_000, 1_800_000]);
    add(planning, `${year}/Payroll ${year}.xlsx`, [60_000, 180_000]);
  }
  for (let n = random.between(8, 14); n > 0; n--)
    add(
      planning,
      `Invoices/${identity.persona.organization.short.toUpperCase()}-${random.between(10_000, 99_999)} ${random.pick(CUSTOMERS)}.pdf`,
      [45_000, 160_000],
    );
  add(planning, 'Banking/SEPA templates.xml', [4000, 20_000]);
}

function departments(planning: Planning): void {
  const inside = (folder: string, fill: (planning: Planning) => void): void => {
    const own: Planning = { ...planning, files: [] };
    fill(own);
    planning.files.push(...own.files.map((file) => ({ ...file, path: `${folder}/${file.path}` })));
  };
  inside('Finance', finance);
  inside('HR', staff);
  inside('IT', tools);
  inside('Sales', projects);
}

function staff(planning: Planning): void {
  const { identity } = planning;
  for (const user of identity.persona.users.filter((one) => one.login))
    add(planning, `Contracts/${user.name}.pdf`, [90_000, 240_000]);
  add(planning, 'Vacation plan 2025.xlsx', [20_000, 60_000]);
  add(planning, 'Salary bands.xlsx', [20_000, 40_000]);
  add(planning, 'Onboarding checklist.docx', [20_000, 40_000]);
  add(planning, 'Handbook.pdf', [400_000, 900_000]);
}

function tools(planning: Planning): void {
  const { random, identity } = planning;
  const { persona, target } = identity;
  add(planning, 'Installers/7z2301-x64.exe', [1_500_000, 1_600_000]);
  add(planning, 'Installers/putty-64bit-0.79-installer.msi', [3_600_000, 3_700_000]);
  add(planning, 'Installers/npp.8.6.Installer.x64.exe', [4_600_000, 4_800_000]);
  const server = target.netbiosComputer;
  addText(
    planning,
    'Scripts/map-drives.cmd',
    `@echo off\r\nnet use P: \\\\${server}\\Projects /persistent:yes\r\nnet use T: \\\\${server}\\Public /persistent:yes\r\n`,
  );
  addText(
    planning,
    'Scripts/backup.ps1',
    `$source = 'D:\\Shares'\r\n$target = '\\\\${random.pick(['nas', 'backup'])}01.${persona.domain}\\backup$'\r\nrobocopy $source $target /MIR /R:1 /W:1 /LOG:C:\\Temp\\backup.log\r\n`,
  );
  addText(
    planning,
    'Documentation/network.txt',
    `Gateway   ${persona.network.gateway}\r\nServer    ${persona.network.address}  ${persona.hostname}\r\n${persona.neighbours.map((one) => `${one.hostname.padEnd(10)}${one.address}  ${one.role}`).join('\r\n')}\r\n`,
  );
  add(planning, 'Documentation/passwords.kdbx', [4000, 16_000]);
}

function backups(planning: Planning): void {
  const { random, identity, until } = planning;
  for (let day = random.between(5, 9); day > 0; day--) {
    const time = until - day * DAY;
    const date = new Date(time * 1000).toISOString().slice(0, 10);
    add(planning, `daily/${identity.persona.hostname}-etc-${date}.tar.gz`, [380_000, 460_000], time + 3 * 3600 + 12);
    add(planning, `daily/mysql-all-${date}.sql.gz`, [2_200_000, 3_900_000], time + 3 * 3600 + 55);
  }
  addText(
    planning,
    'daily/backup.log',
    `${new Date(until * 1000).toISOString()} ${identity.persona.hostname} backup finished without errors\n`.repeat(6),
  );
}

function homes(planning: Planning): void {
  for (const user of planning.identity.persona.users.filter((one) => one.login)) {
    add(planning, `${user.name}/Documents/CV ${user.name}.docx`, [22_000, 80_000]);
    add(planning, `${user.name}/Desktop/notes.txt`, [200, 1200]);
    add(planning, `${user.name}/Downloads/ticket-${planning.random.between(1000, 9999)}.pdf`, [80_000, 200_000]);
  }
}

function scans(planning: Planning): void {
  for (let n = planning.random.between(9, 20); n > 0; n--) {
    const time = when(planning, 120);
    const stamp = new Date(time * 1000).toISOString().replaceAll(/[-:T]/g, '').slice(0, 14);
    add(planning, `SCN_${stamp}.pdf`, [90_000, 700_000], time);
  }
}

function media(planning: Planning): void {
  for (let n = planning.random.between(10, 24); n > 0; n--)
    add(
      planning,
      `Photos/${planning.random.between(2019, 2025)}/IMG_${planning.random.between(1000, 9999)}.JPG`,
      [1_800_000, 3_900_000],
    );
  add(planning, 'Company film 2024.mp4', [6_000_000, 8_000_000]);
}

function commonFiles(planning: Planning): void {
  const { persona, target } = planning.identity;
  add(planning, 'Phone list.xlsx', [14_000, 30_000]);
  add(planning, 'Floor plan.pdf', [120_000, 400_000]);
  add(planning, 'Logo/logo.png', [12_000, 40_000]);
  add(planning, 'Logo/logo-large.png', [90_000, 300_000]);
  add(planning, 'Forms/Expense report.xlsx', [18_000, 40_000]);
  add(planning, 'Forms/Vacation request.docx', [18_000, 40_000]);
  addText(
    planning,
    'Wifi guests.txt',
    `Network: ${persona.organization.short}-guest\r\nChanges on the first of the month, ask the front desk.\r\n`,
  );
  addText(
    planning,
    'readme.txt',
    `Everybody may write here. Files older than 30 days are removed from ${target.netbiosComputer}.\r\n`,
  );
}

function printerDrivers(planning: Planning, installed: number): void {
  for (const folder of ['COLOR', 'IA64', 'W32ALPHA', 'W32MIPS', 'W32PPC', 'W32X86', 'WIN40', 'x64'])
    planning.files.push({ path: folder, size: 0, mtime: installed + 1800, folder: true });
}
