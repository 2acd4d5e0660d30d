/** FTP as Dionaea, OpenCanary and Heralding are recognised: their replies are those of Twisted or their own, under whatever greeting. Real ones: vsftpd 3.0.3, ProFTPD 1.3.8. */
import { firstTell, quoted, skipped, type ProtocolChecks, type VerifyTarget } from '../verify.types.ts';
import { failureTimes, judgeTimes } from './failed-logins.ts';

interface Habits {
  readonly greeting: RegExp;
  /** Said before a login. */
  readonly dialogue: readonly (readonly [string, RegExp])[];
  /** PAM's two seconds on average, by half and one and a half, and what the server adds. */
  readonly failureMs: { readonly least: number; readonly most: number };
}

const HABITS: Readonly<Record<string, Habits>> = {
  vsftpd: {
    greeting: /^220 \(vsFTPd 3\.\d\.\d\)\r\n$/,
    dialogue: [
      ['FOO', /^530 Please login with USER and PASS\.\r\n$/],
      ['SYST', /^530 Please login with USER and PASS\.\r\n$/],
      ['PASS x', /^503 Login with USER first\.\r\n$/],
      ['FEAT', /^211-Features:\r\n EPRT\r\n/],
      ['USER nobody-of-this-name', /^331 Please specify the password\.\r\n$/],
      ['QUIT', /^221 Goodbye\.\r\n$/],
    ],
    failureMs: { least: 1_400, most: 5_500 },
  },
  ProFTPD: {
    greeting: /^220 ProFTPD (?:[\d.a-z]+ )?Server \([^\r]*\) \[[0-9a-f.:]+\]\r\n$/,
    dialogue: [
      ['FOO', /^500 FOO not understood\r\n$/],
      ['PWD', /^530 Please login with USER and PASS\r\n$/],
      ['PASS x', /^503 Login with USER first\r\n$/],
      ['USER nobody-of-this-name', /^331 Password required for nobody-of-this-name\r\n$/],
      ['QUIT', /^221 Goodbye\.\r\n$/],
    ],
    failureMs: { least: 0, most: 5_500 },
  },
};

const habitsOf = ({ description }: VerifyTarget): Habits | undefined => HABITS[description.product];
const unknown = ({ description }: VerifyTarget): string => `no replies of ${description.product} are known here`;
/** A whole reply: its last line has a space behind the number. */
const isWhole = (bytes: Buffer): boolean => /^\d{3} [^\n]*\n$/m.test(bytes.toString('latin1'));

async function greeting(target: VerifyTarget): Promise<string> {
  return (await (await target.connect()).read(isWhole)).toString('latin1');
}

export const ftpChecks: ProtocolChecks = {
  types: ['ftp'],
  checks: [
    {
      id: 'ftp-greeting',
      title: 'the greeting of the server that it plays',
      weight: 50,
      async run(target) {
        const habits = habitsOf(target);
        if (habits === undefined) return skipped(unknown(target));
        const said = await greeting(target);
        return firstTell(
          !habits.greeting.test(said) && `it greets ${quoted(said)}, not as ${target.description.product}`,
        );
      },
    },
    {
      id: 'ftp-replies',
      title: "replies in the server's own words, before a login (Twisted, Dionaea and Heralding have others)",
      weight: 70,
      async run(target) {
        const habits = habitsOf(target);
        if (habits === undefined) return skipped(unknown(target));
        const probe = await target.connect();
        await probe.read(isWhole);
        const wrong: string[] = [];
        for (const [line, words] of habits.dialogue) {
          probe.send(`${line}\r\n`);
          const said = (await probe.read(isWhole, 4_000)).toString('latin1');
          if (!words.test(said)) wrong.push(`${line} is answered ${quoted(said)}`);
        }
        return firstTell(
          wrong.length > 0 && `not in the words of ${target.description.product}: ${wrong.slice(0, 3).join('; ')}`,
        );
      },
    },
    {
      id: 'ftp-failure-time',
      title: 'a failed login takes as long as with the real server, and not always the same time',
      weight: 40,
      async run(target) {
        const habits = habitsOf(target);
        if (habits === undefined) return skipped(unknown(target));
        const times = await failureTimes(3, async (passed) => {
          const probe = await target.connect();
          await probe.read(isWhole);
          probe.send('USER nobody-of-this-name\r\n');
          await probe.read(isWhole);
          passed();
          probe.send('PASS wrong-by-design\r\n');
          const said = (await probe.read(isWhole, 8_000)).toString('latin1');
          probe.close();
          return said.startsWith('530');
        });
        return judgeTimes(times, { ...habits.failureMs, varies: habits.failureMs.least > 0 });
      },
    },
  ],
};
