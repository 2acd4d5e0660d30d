/** One blog of the persona: its people, posts and plug-ins, the same for ever. */
import { createHash } from 'node:crypto';
import { headerOf, type Request } from '../../message.types.ts';
import type { Installation } from '../application.types.ts';
import { escapeHtml } from '../html.ts';

export interface WordpressUser {
  readonly id: number;
  readonly login: string;
  readonly slug: string;
  readonly name: string;
}

export interface WordpressSite {
  readonly title: string;
  readonly version: string;
  readonly users: readonly WordpressUser[];
  readonly posts: readonly {
    readonly id: number;
    readonly path: string;
    readonly title: string;
    readonly date: string;
    readonly text: string;
  }[];
  readonly plugins: readonly { readonly slug: string; readonly name: string; readonly version: string }[];
  /** In the names of its cookies: MD5 of its address. */
  readonly hash: string;
  readonly isUser: (name: string) => boolean;
  loginError(user: string, base: string): string;
  addressFor(request: Request): string;
}

const PLUGINS = [
  { slug: 'akismet', name: 'Akismet Anti-spam: Spam Protection', version: '5.3.1' },
  { slug: 'contact-form-7', name: 'Contact Form 7', version: '5.8.6' },
  { slug: 'wp-file-manager', name: 'File Manager', version: '6.8' },
  { slug: 'elementor', name: 'Elementor', version: '3.18.3' },
];

export function wordpressSite({ persona, version = '6.4.3', title, path }: Installation): WordpressSite {
  const own = persona.derive('wordpress', 8);
  const person = persona.users.find(
    (user) => user.login && user.uid >= 1000 && !/^(debian|ubuntu|admin|deploy)$/.test(user.name),
  );
  const first = own[0]! % 2 === 0 ? 'admin' : persona.organization.short;
  const users: WordpressUser[] = [{ id: 1, login: first, slug: first, name: first }];
  if (person !== undefined)
    users.push({
      id: 2,
      login: person.name,
      slug: person.name,
      name: `${person.name[0]!.toUpperCase()}${person.name.slice(1)}`,
    });
  const day = (offset: number) => new Date(persona.installedAt + offset * 86_400_000).toISOString().slice(0, 19);
  const post = (id: number, slug: string, heading: string, offset: number, text: string) => {
    const date = day(offset);
    return {
      id,
      path: `/${date.slice(0, 4)}/${date.slice(5, 7)}/${date.slice(8, 10)}/${slug}/`,
      title: heading,
      date,
      text,
    };
  };
  const { organization } = persona;
  return {
    title: title === '' ? organization.name : title,
    version,
    users,
    posts: [
      post(
        11 + (own[1]! % 40),
        'new-opening-hours',
        'New opening hours',
        40 + (own[2]! % 60),
        `From next month our office in ${organization.city} is open from 9 to 17. Write to us if you need an appointment outside these hours.`,
      ),
      post(1, 'hello-world', 'Hello world!', 0, 'Welcome to our new website. More will follow soon.'),
    ],
    plugins: PLUGINS.filter((_plugin, i) => i === 0 || (own[3]! >> i) % 2 === 1),
    hash: createHash('md5').update(`http://${persona.hostname}.${persona.domain}${path}`).digest('hex'),
    isUser: (name) => users.some((user) => user.login === name),
    loginError(user, base) {
      const lost = `<a href="${base}/wp-login.php?action=lostpassword">Lost your password?</a>`;
      const name = `<strong>${escapeHtml(user)}</strong>`;
      return users.some((each) => each.login === user)
        ? `<strong>Error:</strong> The password you entered for the username ${name} is incorrect. ${lost}`
        : `<strong>Error:</strong> The username ${name} is not registered on this site. If you are unsure of your username, try your email address instead.`;
    },
    addressFor: (request) =>
      `${request.secure ? 'https' : 'http'}://${(headerOf(request.headers, 'host') || request.host || persona.network.address).replace(/[^A-Za-z0-9.:[\]-]/g, '')}${path}`,
  };
}
