/** SSH behind the key exchange, by the `ssh` of this machine: what a failed login takes, and the extensions that the server announces (RFC 8308). */
import { runSsh, type SshRun } from '../ssh-program.ts';
import { ALIKE, skipped, tell, type CheckOutcome, type ProtocolChecks, type VerifyTarget } from '../verify.types.ts';
import { judgeTimes } from './failed-logins.ts';

/** Three refused passwords of one that does not exist: sshd lets it take as long as for one that does. */
const run = (target: VerifyTarget): Promise<SshRun | undefined> =>
  runSsh(target, { user: 'nobodyofthis', password: 'wrong-by-design', tries: 3, command: 'true' });

const NO_SSH = skipped('there is no ssh program here');

export const sshLoginChecks: ProtocolChecks = {
  types: ['ssh'],
  checks: [
    {
      id: 'ssh-failure-time',
      // The daemon rounds it up to a power of two of each user's own base, so several are often alike.
      title: "a failed login takes PAM's two seconds, more or less",
      weight: 50,
      async run(target): Promise<CheckOutcome> {
        const done = await run(target);
        if (done?.isIn === true) return tell('it lets in a user that is not there, with any password', 80);
        return done === undefined ? NO_SSH : judgeTimes(done.refusals, { least: 900, most: 5_500, varies: false });
      },
    },
    {
      id: 'ssh-extensions',
      title: 'the extensions that sshd announces after the keys: signature algorithms of its age',
      weight: 40,
      async run(target): Promise<CheckOutcome> {
        const done = await runSsh(target, {
          user: 'nobodyofthis',
          password: 'wrong-by-design',
          tries: 0,
          command: 'true',
        });
        if (done === undefined) return NO_SSH;
        const announced = /server-sig-algs=<([^>]*)>/.exec(done.debug)?.[1];
        if (announced === undefined) return tell('it announces no signature algorithms');
        const missing = ['ssh-ed25519', 'sk-ssh-ed25519@openssh.com', 'rsa-sha2-256', 'rsa-sha2-512'].filter(
          (name) => !announced.split(',').includes(name),
        );
        return missing.length === 0 ? ALIKE : tell(`it announces no ${missing.join(', ')}`);
      },
    },
  ],
};
