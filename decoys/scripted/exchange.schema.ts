/**
 * The format of a scripted exchange (`content/scripted/*.yml`): what a port says first, what it answers to what, and what of that is told. It is data: no
 * pattern takes more than linear time, nothing loops, and all sizes are bounded.
 */
import { z } from 'zod';

const MAX_TEXT = 65_536;
const word = z.string().regex(/^[a-z][a-z0-9_]{0,31}$/);
const stateName = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/);
const template = z.string().max(MAX_TEXT);
const hex = z
  .string()
  .max(MAX_TEXT)
  .regex(/^(?:\s*(?:[0-9a-fA-F]{2}|\?\?))*\s*$/, 'pairs of hexadecimal digits');
const plainHex = hex.refine((text) => !text.includes('?'), 'only what is expected may have ??');
const delay = z.number().int().min(0).max(60_000);

const Reply = {
  reply: template.optional().describe('What is sent, as a template; characters above U+00FF are sent as UTF-8.'),
  reply_hex: plainHex.optional().describe('What is sent, as bytes.'),
  delay_ms: z
    .union([delay, z.tuple([delay, delay])])
    .optional()
    .describe('Time before it is sent: milliseconds, or from and to.'),
  next: stateName.optional().describe('The state from there on; the same one where nothing is said.'),
  close: z.enum(['fin', 'reset']).optional().describe('Ends the connection after the reply.'),
};
const Outcome = z.strictObject(Reply);

const Expectation = z
  .strictObject({
    regex: z
      .string()
      .max(512)
      .optional()
      .describe('A Perl pattern that is found somewhere in it (use ^ and $); groups can be captured.'),
    prefix: z.string().max(1024).optional().describe('It begins with this.'),
    equals: z.string().max(4096).optional().describe('It is this.'),
    hex: hex.optional().describe('It begins with these bytes; ?? is any.'),
    any: z.literal(true).optional().describe('Whatever it is.'),
    ignore_case: z.boolean().default(false).describe('Capital and small letters are the same.'),
  })
  .refine(
    ({ regex, prefix, equals, hex: bytes, any }) =>
      [regex, prefix, equals, bytes, any].filter((one) => one !== undefined).length === 1,
    'one of regex, prefix, equals, hex and any',
  );

export const Rule = z.strictObject({
  expect: Expectation.describe('What has to come for this rule; the first that fits is taken.'),
  capture: z
    .array(word)
    .max(16)
    .default([])
    .describe('Names for the groups of the pattern, in their order; with no pattern, one name for all of it.'),
  decode: z
    .enum(['base64', 'plain'])
    .optional()
    .describe('How captures are decoded: `base64`, or `plain` (SASL PLAIN: `user` and `password` out of one).'),
  ...Reply,
  login: z
    .strictObject({
      user: template.default('').describe('Who, as a template.'),
      password: template.optional().describe('With which password.'),
      response: template
        .optional()
        .describe('The answer to a challenge as password crackers take it, where no password is said.'),
      method: z.string().max(64).default('password').describe('`password`, `plain`, `vnc`, `digest` …'),
    })
    .optional()
    .describe('A credential was shown: `accepted` or `refused` is done, as the policy of the decoy says.'),
  accepted: Outcome.optional().describe('After a login that lets in.'),
  refused: Outcome.optional().describe('After one that does not.'),
  command: template.optional().describe('Told as a command of the attacker.'),
  download: template.optional().describe('Told as an address that the machine would have fetched.'),
  tell: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,31}$/)
    .optional()
    .describe('Told as an event of this name: `exploit`, `register` …'),
  techniques: z
    .array(z.string().regex(/^T\d{4}(?:\.\d{3})?$/))
    .max(8)
    .default([])
    .describe('ATT&CK techniques that this is, put into `threat.technique.id`.'),
});
export type Rule = z.infer<typeof Rule>;

const Take = z.union([
  z.enum(['line', 'any']),
  z.strictObject({ bytes: z.number().int().min(1).max(MAX_TEXT).describe('So many bytes at a time.') }),
  z.strictObject({ until: z.string().min(1).max(16).describe('Up to these characters, they included.') }),
]);

const State = z.strictObject({
  take: Take.optional().describe(
    'Where a message ends: `line`, `any` (as it comes), `bytes: n`, `until: text`. As the exchange says where nothing is said.',
  ),
  rules: z.array(Rule).max(64).describe('The first that fits is taken; where none does, nothing is answered.'),
});

const Trial = z.strictObject({
  send: z.string().max(4096).optional().describe('What the client sends.'),
  send_hex: plainHex.optional().describe('The same as bytes.'),
  expect: z.string().max(1024).optional().describe('A pattern that the answer must have; none: no answer.'),
});

export const Exchange = z
  .strictObject({
    protocol: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,31}$/)
      .default('unknown')
      .describe('What it is, for events (`network.protocol`).'),
    description: z.string().max(1024).default('').describe('For people.'),
    transport: z
      .enum(['tcp', 'udp'])
      .default('tcp')
      .describe('`udp`: each datagram is a message to the first state; an answer is never longer than it was.'),
    port: z.number().int().min(1).max(65_535).optional().describe('Where the real one is.'),
    service: z.string().max(64).optional().describe('As nmap names it.'),
    product: z.string().max(128).default('').describe('As nmap names it.'),
    version: z.string().max(128).default('').describe('As nmap names it.'),
    banner: template.default('').describe('Sent at once, as a template.'),
    banner_hex: plainHex.optional().describe('The same as bytes.'),
    take: Take.default('line').describe('Where a message ends, for states that do not say.'),
    max_message_bytes: z
      .number()
      .int()
      .min(1)
      .max(MAX_TEXT)
      .default(4096)
      .describe('A message that is longer is cut to this.'),
    idle_ms: z
      .number()
      .int()
      .min(1000)
      .max(3_600_000)
      .default(60_000)
      .describe('A connection without messages for so long is closed, milliseconds.'),
    start: stateName.default('start').describe('The first state.'),
    states: z.record(stateName, State).default({}).describe('By name.'),
    trial: z.array(Trial).max(64).default([]).describe('A conversation that our tests play with it.'),
  })
  .superRefine((exchange, context) => {
    const names = Object.keys(exchange.states);
    const known = (name: string | undefined, path: (string | number)[]): void => {
      if (name !== undefined && !names.includes(name))
        context.addIssue({ code: 'custom', path, message: `there is no state "${name}"` });
    };
    if (names.length > 64) context.addIssue({ code: 'custom', path: ['states'], message: 'at most 64 states' });
    if (names.length > 0) known(exchange.start, ['start']);
    for (const [name, state] of Object.entries(exchange.states))
      for (const [i, rule] of state.rules.entries())
        for (const outcome of [rule, rule.accepted, rule.refused])
          known(outcome?.next, ['states', name, 'rules', i, 'next']);
  });
export type Exchange = z.infer<typeof Exchange>;
export type Take = z.infer<typeof Take>;
export type Outcome = z.infer<typeof Outcome>;
