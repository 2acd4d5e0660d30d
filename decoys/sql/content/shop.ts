/** A shop: customers, products, orders, payments, and the people who run it. */
import type { Persona } from '../../persona/persona.types.ts';
import { type ContentTable, columns } from './content.types.ts';
import { People } from './people.ts';

const THINGS =
  'Desk Lamp,Office Chair,Notebook A5,Wireless Mouse,Keyboard,Monitor Arm,USB Hub,Headset,Webcam,Backpack,Water Bottle,Coffee Mug,Cable Set,Power Strip,Paper Shredder,Label Printer,Whiteboard,Marker Set,Filing Cabinet,Desk Mat'.split(
    ',',
  );
const COLOURS = ['black', 'white', 'grey', 'blue', 'red', 'oak', 'silver'];
const STATES = ['new', 'paid', 'paid', 'shipped', 'shipped', 'completed', 'completed', 'completed', 'cancelled'];

/** `until`: nothing in it is younger. */
export function shopTables(persona: Persona, database: string, until: number): ContentTable[] {
  const seed = `shop ${database}`;
  const products = new People(persona, `${seed} products`);
  const count = products.random.between(60, 140);
  const customers = new People(persona, `${seed} customers`).random.between(180, 420);
  const orders = new People(persona, `${seed} orders`).random.between(300, 800);
  return [
    {
      name: 'admin_users',
      columns: columns(
        'id:id',
        'username:text(60)',
        'email:text(190)',
        'password_hash:text(255)',
        'role:text(20)=editor',
        'api_key:text(64)?',
        'last_login:time?',
        'created_at:time',
      ),
      unique: [['username']],
      rows: () => {
        const people = new People(persona, `${seed} admins`);
        const names = [
          'admin',
          ...Array.from({ length: people.random.between(2, 5) }, () => people.person(false).login),
        ];
        return [...new Set(names)].map((login, i) => [
          i + 1,
          login,
          `${login}@${people.domain}`,
          people.bcrypt(),
          i === 0 ? 'superadmin' : people.random.pick(['editor', 'manager', 'support']),
          people.random.hex(40),
          people.time(until),
          people.time(until),
        ]);
      },
    },
    {
      name: 'categories',
      columns: columns('id:id', 'name:text(100)', 'slug:text(100)', 'parent_id:int?'),
      rows: () =>
        ['Office', 'Computer', 'Home', 'Storage', 'Writing', 'Sale'].map((name, i) => [
          i + 1,
          name,
          name.toLowerCase(),
          i > 3 ? 1 : null,
        ]),
    },
    {
      name: 'customers',
      columns: columns(
        'id:id',
        'email:text(190)',
        'password:text(255)',
        'first_name:text(80)',
        'last_name:text(80)',
        'phone:text(40)?',
        'street:text(160)?',
        'city:text(80)?',
        'postcode:text(20)?',
        'newsletter:flag=0',
        'api_token:text(64)?',
        'created_at:time',
      ),
      unique: [['email']],
      rows: () => {
        const people = new People(persona, `${seed} customers`);
        return Array.from({ length: customers }, (_, i) => {
          const { email, first, last, phone, street, city, postcode } = people.person();
          return [
            i + 1,
            email.replace('@', `.${i + 1}@`),
            people.bcrypt(),
            first,
            last,
            phone,
            street,
            city,
            postcode,
            people.random.between(0, 1),
            people.random.between(0, 30) === 0 ? `ak_${people.random.hex(32)}` : null,
            people.time(until),
          ];
        });
      },
    },
    {
      name: 'order_items',
      columns: columns('id:id', 'order_id:int', 'product_id:int', 'quantity:int=1', 'price:money'),
      indexes: [['order_id']],
      rows: () => {
        const { random } = new People(persona, `${seed} items`);
        const rows: (number | string)[][] = [];
        for (let order = 1; order <= orders; order++)
          for (let i = random.between(1, 3); i > 0; i--)
            rows.push([
              rows.length + 1,
              order,
              random.between(1, count),
              random.between(1, 4),
              `${random.between(4, 240)}.${random.pick(['00', '50', '90', '95', '99'])}`,
            ]);
        return rows;
      },
    },
    {
      name: 'orders',
      columns: columns(
        'id:id',
        'customer_id:int',
        'number:text(20)',
        'status:text(20)=new',
        'total:money',
        'shipping_address:text?',
        'created_at:time',
      ),
      indexes: [['customer_id']],
      rows: () => {
        const people = new People(persona, `${seed} orders`);
        return Array.from({ length: orders }, (_, i) => {
          const { street, city, postcode } = people.person();
          return [
            i + 1,
            people.random.between(1, customers),
            `${100_000 + i * 3 + people.random.between(0, 2)}`,
            people.random.pick(STATES),
            `${people.random.between(9, 900)}.${people.random.pick(['00', '50', '90', '99'])}`,
            `${street}, ${postcode} ${city}`,
            people.time(until),
          ];
        });
      },
    },
    {
      name: 'payments',
      columns: columns(
        'id:id',
        'order_id:int',
        'method:text(20)',
        'card_last4:text(4)?',
        'card_token:text(64)?',
        'amount:money',
        'paid_at:time?',
      ),
      indexes: [['order_id']],
      rows: () => {
        const people = new People(persona, `${seed} payments`);
        return Array.from({ length: Math.floor(orders * 0.8) }, (_, i) => {
          const card = people.random.between(0, 2) > 0;
          return [
            i + 1,
            i + 1,
            card ? 'card' : people.random.pick(['invoice', 'transfer']),
            card ? String(people.random.between(1000, 9999)) : null,
            card ? `tok_${people.random.hex(24)}` : null,
            `${people.random.between(9, 900)}.00`,
            people.time(until),
          ];
        });
      },
    },
    {
      name: 'products',
      columns: columns(
        'id:id',
        'category_id:int?',
        'sku:text(40)',
        'name:text(160)',
        'description:text?',
        'price:money',
        'stock:int=0',
        'active:flag=1',
        'updated_at:time',
      ),
      unique: [['sku']],
      rows: () => {
        const { random } = products;
        const people = new People(persona, `${seed} goods`);
        return Array.from({ length: count }, (_, i) => {
          const name = `${THINGS[i % THINGS.length]!} ${random.pick(COLOURS)}`;
          return [
            i + 1,
            random.between(1, 6),
            `SKU-${String(1000 + i)}-${random.letters(2).toUpperCase()}`,
            name,
            `${name}. Two years of warranty.`,
            `${random.between(4, 240)}.${random.pick(['00', '50', '90', '95', '99'])}`,
            random.between(0, 220),
            random.between(0, 9) > 0 ? 1 : 0,
            people.time(until),
          ];
        });
      },
    },
    {
      name: 'settings',
      columns: columns('name:text(100)', 'value:text?'),
      unique: [['name']],
      rows: () => {
        const people = new People(persona, `${seed} settings`);
        return [
          ['shop.name', persona.organization.name],
          ['mail.smtp_host', `mail.${persona.domain}`],
          ['mail.smtp_user', `shop@${people.domain}`],
          ['mail.smtp_password', people.password()],
          [
            'payment.secret_key',
            `sk_live_${people.letters('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', 24)}`,
          ],
          [
            'backup.ftp',
            `ftp://backup:${people.password()}@${persona.neighbours[0]?.address ?? persona.network.gateway}/`,
          ],
          ['api.token', people.random.hex(48)],
        ];
      },
    },
  ];
}
