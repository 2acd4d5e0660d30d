/** Telnet as Cowrie, OpenCanary and Heralding are recognised: the first options they offer, the prompt, and what a failed login says and takes. */
import { ALIKE, firstTell, quoted, skipped, tell, type ProtocolChecks, type VerifyTarget } from '../verify.types.ts';
import { asksName, asksPassword, readTelnet } from '../telnet-program.ts';
import { failureTimes, judgeTimes } from './failed-logins.ts';

/** What each daemon sends before it is asked: BusyBox asks for echo and window size at once; Berkeley's and GNU's for the terminal. */
const FIRST_BYTES: readonly (readonly [RegExp, RegExp])[] = [
  [/busybox/i, /^\xff\xfd\x01\xff\xfd\x1f\xff\xfb\x01\xff\xfb\x03/],
  [/linux telnetd|gnu|inetutils|netkit/i, /^\xff\xfd[\x18\x25\x26\x03]\xff[\xfb\xfd]/],
];
/** What a failed login shows, from the password on. */
async function failTelnet(target: VerifyTarget, passed: () => void = () => {}): Promise<string> {
  const probe = await target.connect();
  await readTelnet(probe, asksName);
  probe.send('nobodyofthis\r\n');
  await readTelnet(probe, asksPassword);
  probe.send('wrong-by-design\r\n');
  passed();
  const said = await readTelnet(probe, (text) => /[a-z]/i.test(text.trim()) && text.trim().length > 5, 9_000);
  probe.close();
  return said.trim();
}

export const telnetChecks: ProtocolChecks = {
  types: ['telnet'],
  checks: [
    {
      id: 'telnet-first-bytes',
      title: 'the options that the daemon offers first (Cowrie: ff fd 1f)',
      weight: 70,
      async run(target) {
        const bytes = await (await target.connect()).read((all) => all.length >= 12, 1_500);
        const said = bytes.toString('latin1');
        if (!said.startsWith('\xff'))
          return tell(`it begins with ${said === '' ? 'nothing' : quoted(said)}, without options`);
        const known = FIRST_BYTES.find(([product]) => product.test(target.description.product))?.[1];
        if (known === undefined) return skipped(`no options of ${target.description.product} are known here`);
        return known.test(said)
          ? ALIKE
          : tell(`it begins with ${bytes.toString('hex', 0, 18)}, not as ${target.description.product}`);
      },
    },
    {
      id: 'telnet-prompt',
      title: 'the prompt of login names the machine (Cowrie: "login: ", OpenCanary and Heralding: "Username: ")',
      weight: 50,
      async run(target) {
        const text = await readTelnet(await target.connect(), asksName);
        return firstTell(
          /username: ?$/i.test(text) && `it asks ${quoted(text.slice(-40))}, as no login of Linux does`,
          !asksName(text) && `it asks for no name: ${quoted(text.slice(-40))}`,
          !text.toLowerCase().includes(target.persona.hostname.toLowerCase()) &&
            `it asks ${quoted(text.slice(-40))}, without the name of the machine`,
        );
      },
    },
    {
      id: 'telnet-refusal',
      title: 'the words for a wrong password',
      weight: 40,
      async run(target) {
        const said = await failTelnet(target);
        return said.startsWith('Login incorrect') ? ALIKE : tell(`it says ${quoted(said)}, not "Login incorrect"`);
      },
    },
    {
      id: 'telnet-failure-time',
      title: 'a failed login takes as long as with the real login',
      weight: 40,
      async run(target) {
        const times = await failureTimes(3, async (passed) =>
          /incorrect|fail|denied|invalid/i.test(await failTelnet(target, passed)),
        );
        // busybox: FAIL_DELAY of 3 seconds; login over PAM: two on average.
        const isBusybox = target.persona.files === 'busybox';
        return judgeTimes(
          times,
          isBusybox ? { least: 2_900, most: 3_200, varies: false } : { least: 900, most: 6_000, varies: true },
        );
      },
    },
  ],
};
