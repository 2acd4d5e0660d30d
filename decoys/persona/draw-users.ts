/** The accounts of a persona: those of its installed files, those that such machines have, and persons of its own. */
import type { PersonaFile } from './persona-file.ts';
import type { PersonaUser } from './persona.types.ts';
import { FIRST_NAMES, LAST_NAMES } from './names.ts';
import { loadInstallation } from './installation-data.ts';
import type { SeededRandom } from './seeded-random.ts';

export function drawUsers(random: SeededRandom, file: PersonaFile): PersonaUser[] {
  const users = file.files === 'none' || file.files === 'busybox' ? [] : installedUsers(file.files);
  const { accounts, someOf, people } = file.users;
  const isWindows = file.os.family === 'windows';
  let next = isWindows ? 1001 : 1000;
  const add = (user: Partial<PersonaUser> & { name: string }): void => {
    const index = users.findIndex(({ name }) => name === user.name);
    const uid = user.uid ?? next++;
    const made: PersonaUser = {
      gid: isWindows ? 513 : uid,
      gecos: '',
      home: isWindows ? `C:\\Users\\${user.name}` : uid === 0 ? '/root' : `/home/${user.name}`,
      shell: isWindows ? '' : file.os.family === 'busybox' ? '/bin/sh' : '/bin/bash',
      login: true,
      ...user,
      uid,
    };
    if (index < 0) users.push(made);
    else users[index] = made;
  };
  for (const { uid, home, shell, ...account } of accounts)
    add({
      ...account,
      ...(uid === undefined ? {} : { uid }),
      ...(home === undefined ? {} : { home }),
      ...(shell === undefined ? {} : { shell }),
    });
  if (someOf.length > 0) {
    const name = random.pick(someOf);
    add({ name, gecos: isWindows ? '' : `${name[0]!.toUpperCase()}${name.slice(1)},,,` });
  }
  for (let i = random.between(people.from, Math.max(people.from, people.to)); i > 0; i--) {
    const [first, last] = [random.pick(FIRST_NAMES), random.pick(LAST_NAMES)];
    const name = { first, 'first.last': `${first}.${last}`, flast: `${first[0]}${last}` }[people.names];
    if (users.some((user) => user.name === name)) continue;
    const full = `${capital(first)} ${capital(last)}`;
    add({ name, gecos: isWindows ? full : `${people.names === 'first' ? '' : full},,,` });
  }
  return users;
}

function installedUsers(files: Exclude<PersonaFile['files'], 'none' | 'busybox'>): PersonaUser[] {
  const users: PersonaUser[] = [];
  for (const line of (loadInstallation(files).texts.get('/etc/passwd') ?? '').split('\n')) {
    const [name, , uid, gid, gecos, home, shell] = line.split(':');
    if (shell === undefined) continue;
    const isRoot = name === 'root';
    const user = { name: name!, uid: Number(uid), gid: Number(gid), gecos: gecos!, home: home!, shell, login: isRoot };
    users.push(isRoot ? { ...user, admin: true } : user);
  }
  return users;
}

function capital(word: string): string {
  return word[0]!.toUpperCase() + word.slice(1);
}
