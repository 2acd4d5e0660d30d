/** What WordPress keeps: its users with their hashes, options, posts and comments. */
import type { Persona } from '../../persona/persona.types.ts';
import { type ContentTable, columns } from './content.types.ts';
import { People, timeText } from './people.ts';

const TITLES = [
  'Hello world!',
  'Sample Page',
  'Privacy Policy',
  'About us',
  'Contact',
  'Summer opening hours',
  'We are hiring',
  'New products arrived',
  'Maintenance on Sunday',
  'Thank you for ten years',
  'How we pack your order',
  'A look behind the scenes',
];

export function wordpressTables(persona: Persona, database: string, until: number): ContentTable[] {
  const seed = `wordpress ${database}`;
  const site = `http://www.${new People(persona, seed).domain}`;
  const authors = (): People => new People(persona, `${seed} users`);
  const table = (
    name: string,
    notations: readonly string[],
    rows: ContentTable['rows'],
    keys: Partial<Pick<ContentTable, 'unique' | 'indexes'>> = {},
  ): ContentTable => ({ name: `wp_${name}`, columns: columns(...notations), rows, ...keys });
  return [
    table('commentmeta', ['meta_id:id', 'comment_id:bigint=0', 'meta_key:text(255)?', 'meta_value:text?'], () => [], {
      indexes: [['comment_id']],
    }),
    table(
      'comments',
      [
        'comment_ID:id',
        'comment_post_ID:bigint=0',
        'comment_author:text(245)',
        'comment_author_email:text(100)=',
        'comment_author_IP:text(100)=',
        'comment_date:time',
        'comment_content:text',
        'comment_approved:text(20)=1',
        'user_id:bigint=0',
      ],
      () => {
        const people = new People(persona, `${seed} comments`);
        return Array.from({ length: people.random.between(4, 30) }, (_, i) => {
          const { first, last, email } = people.person();
          return [
            i + 1,
            people.random.between(1, TITLES.length),
            `${first} ${last}`,
            email,
            `198.51.100.${people.random.between(1, 254)}`,
            people.time(until),
            people.random.pick([
              'Thank you, very helpful.',
              'When will it be back in stock?',
              'Great news!',
              'Do you ship abroad?',
              'Nice article.',
            ]),
            people.random.pick(['1', '1', '1', '0', 'spam']),
            0,
          ];
        });
      },
    ),
    table('links', ['link_id:id', 'link_url:text(255)=', 'link_name:text(255)=', 'link_visible:text(20)=Y'], () => []),
    table(
      'options',
      ['option_id:id', 'option_name:text(191)=', 'option_value:text', 'autoload:text(20)=yes'],
      () => {
        const people = new People(persona, `${seed} options`);
        const options: [string, string][] = [
          ['siteurl', site],
          ['home', site],
          ['blogname', persona.organization.name],
          ['blogdescription', ''],
          ['users_can_register', '0'],
          ['admin_email', `admin@${people.domain}`],
          ['start_of_week', '1'],
          ['use_balanceTags', '0'],
          ['mailserver_url', 'mail.example.com'],
          ['mailserver_login', 'login@example.com'],
          ['mailserver_pass', 'password'],
          ['mailserver_port', '110'],
          ['default_category', '1'],
          ['posts_per_page', '10'],
          ['template', 'twentytwentyfour'],
          ['stylesheet', 'twentytwentyfour'],
          [
            'active_plugins',
            'a:2:{i:0;s:33:"classic-editor/classic-editor.php";i:1;s:36:"contact-form-7/wp-contact-form-7.php";}',
          ],
          ['db_version', '57155'],
          [
            'wp_mail_smtp',
            `a:3:{s:4:"host";s:${`mail.${persona.domain}`.length}:"mail.${persona.domain}";s:4:"user";s:9:"wordpress";s:4:"pass";s:13:"${people.password().slice(0, 13)}";}`,
          ],
          ['auth_key', people.random.hex(64)],
          ['auth_salt', people.random.hex(64)],
          ['secure_auth_key', people.random.hex(64)],
        ];
        return options.map(([name, value], i) => [i + 1, name, value, 'yes']);
      },
      { unique: [['option_name']], indexes: [['autoload']] },
    ),
    table(
      'postmeta',
      ['meta_id:id', 'post_id:bigint=0', 'meta_key:text(255)?', 'meta_value:text?'],
      () => TITLES.map((_, i) => [i + 1, i + 1, '_edit_last', '1']),
      { indexes: [['post_id']] },
    ),
    table(
      'posts',
      [
        'ID:id',
        'post_author:bigint=0',
        'post_date:time',
        'post_content:text',
        'post_title:text',
        'post_excerpt:text',
        'post_status:text(20)=publish',
        'comment_status:text(20)=open',
        'post_password:text(255)=',
        'post_name:text(200)=',
        'post_modified:time',
        'post_parent:bigint=0',
        'guid:text(255)=',
        'menu_order:int=0',
        'post_type:text(20)=post',
        'comment_count:bigint=0',
      ],
      () => {
        const people = new People(persona, `${seed} posts`);
        return TITLES.map((title, i) => {
          const at = i < 3 ? timeText(persona.installedAt + 7_200_000) : people.time(until);
          const name = title
            .toLowerCase()
            .replace(/[^a-z]+/g, '-')
            .replace(/^-|-$/g, '');
          return [
            i + 1,
            i < 3 ? 1 : people.random.between(1, 3),
            at,
            `<!-- wp:paragraph -->\n<p>${title}</p>\n<!-- /wp:paragraph -->`,
            title,
            '',
            i === 2 ? 'draft' : 'publish',
            'open',
            '',
            name,
            at,
            0,
            `${site}/?p=${i + 1}`,
            0,
            i === 1 || i === 2 || i === 3 || i === 4 ? 'page' : 'post',
            0,
          ];
        });
      },
      { indexes: [['post_name'], ['post_parent'], ['post_author']] },
    ),
    table('term_relationships', ['object_id:bigint=0', 'term_taxonomy_id:bigint=0', 'term_order:int=0'], () =>
      TITLES.map((_, i) => [i + 1, 1, 0]),
    ),
    table(
      'term_taxonomy',
      [
        'term_taxonomy_id:id',
        'term_id:bigint=0',
        'taxonomy:text(32)=',
        'description:text',
        'parent:bigint=0',
        'count:bigint=0',
      ],
      () => [
        [1, 1, 'category', '', 0, 8],
        [2, 2, 'wp_theme', '', 0, 1],
      ],
    ),
    table('termmeta', ['meta_id:id', 'term_id:bigint=0', 'meta_key:text(255)?', 'meta_value:text?'], () => []),
    table('terms', ['term_id:id', 'name:text(200)=', 'slug:text(200)=', 'term_group:bigint=0'], () => [
      [1, 'Uncategorized', 'uncategorized', 0],
      [2, 'twentytwentyfour', 'twentytwentyfour', 0],
    ]),
    table(
      'usermeta',
      ['umeta_id:id', 'user_id:bigint=0', 'meta_key:text(255)?', 'meta_value:text?'],
      () => {
        const people = authors();
        const count = people.random.between(3, 6);
        return Array.from({ length: count }, (_, i) => [
          [
            3 * i + 1,
            i + 1,
            'wp_capabilities',
            i === 0 ? 'a:1:{s:13:"administrator";b:1;}' : 'a:1:{s:6:"editor";b:1;}',
          ],
          [3 * i + 2, i + 1, 'wp_user_level', i === 0 ? '10' : '7'],
          [
            3 * i + 3,
            i + 1,
            'session_tokens',
            `a:1:{s:64:"${people.random.hex(64)}";a:4:{s:10:"expiration";i:1767225600;s:2:"ip";s:12:"198.51.100.7";s:2:"ua";s:11:"Mozilla/5.0";s:5:"login";i:1767052800;}}`,
          ],
        ]).flat();
      },
      { indexes: [['user_id']] },
    ),
    table(
      'users',
      [
        'ID:id',
        'user_login:text(60)=',
        'user_pass:text(255)=',
        'user_nicename:text(50)=',
        'user_email:text(100)=',
        'user_url:text(100)=',
        'user_registered:time',
        'user_activation_key:text(255)=',
        'user_status:int=0',
        'display_name:text(250)=',
      ],
      () => {
        const people = authors();
        const count = people.random.between(3, 6);
        return Array.from({ length: count }, (_, i) => {
          const { first, last, login, email } = people.person(false);
          const name = i === 0 ? 'admin' : `${login}${i > 2 ? i : ''}`;
          return [
            i + 1,
            name,
            people.phpass(),
            name,
            i === 0 ? `admin@${people.domain}` : email,
            i === 0 ? site : '',
            people.time(until),
            '',
            0,
            i === 0 ? 'admin' : `${first} ${last}`,
          ];
        });
      },
      { indexes: [['user_login'], ['user_nicename'], ['user_email']] },
    ),
  ];
}
