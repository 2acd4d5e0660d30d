/** One's own security keys and passkeys (WebAuthn). What they ask for again, and why: ADR 0036. */
import { z } from 'zod';
import type { SecurityKey } from '@netsentinel/contracts/access-book';
import { makeRecoveryCodes } from '../auth/recovery-codes.ts';
import { dropIdleRecoveryCodes } from '../auth/second-factors.ts';
import { MOST_KEYS } from '../auth/security-keys.ts';
import { CreationOptions, MadeCredential, RequestOptions } from '../auth/webauthn/browser-json.ts';
import { askKeys } from './ask-keys.ts';
import { confirmFactor, NO_NAME, Password, PROOF, relyingParty, TRIES } from './credentials.ts';
import { SecretId } from './ids.ts';
import { checked, present, WRONG_PASSWORD, wrongPassword } from './own-account.ts';
import { Problem } from './problem.ts';
import { route, type Route } from './route.ts';

const AT = '/api/v1/account/security-keys';
const Key = z.strictObject({
  id: z.string(),
  name: z.string(),
  host: z.string().describe('The name of the console that it was added under: it signs there only'),
  createdAt: z.number().describe('Epoch milliseconds, as the next'),
  lastUsedAt: z.number().optional().describe('Not there before the first use'),
});
const KeyName = z.string().trim().regex(/\S/, 'give it a name').max(64).describe('For its owner to know it by');
const NO_SUCH = 'You have no such security key.';
const FULL = `You have ${MOST_KEYS} security keys: remove one first.`;
const BY_OTHERS = 'asked for with a token, or by another site';

export const securityKeyRoutes: readonly Route[] = [
  route(
    {
      id: 'listSecurityKeys',
      method: 'GET',
      path: AT,
      summary: 'Your security keys and passkeys, in the order in which they were added',
      tag: 'account',
      access: 'session',
      answers: {
        200: {
          description: 'The keys',
          schema: z.strictObject({ keys: z.array(Key), recoveryCodesLeft: z.number().int().min(0) }),
        },
      },
    },
    async ({ ctx, who }) => ({
      keys: (await ctx.state.read.securityKeys(who.account)).map(shown),
      recoveryCodesLeft: (await ctx.state.read.recoveryHashes(who.account)).length,
    }),
  ),
  route(
    {
      id: 'beginSecurityKey',
      method: 'POST',
      path: `${AT}/begin`,
      summary: 'Begin to add a security key or passkey (WebAuthn): what the browser makes it by',
      tag: 'account',
      access: 'session',
      audit: { none: 'nothing is added until the browser has made one' },
      body: z.strictObject({ password: Password, ...PROOF }).describe('With a proof where you have a second factor'),
      answers: {
        200: { description: 'Good once, for some minutes', schema: z.strictObject({ options: CreationOptions }) },
      },
      problems: {
        403: `${WRONG_PASSWORD} Or the code or key is, or one is needed, or ${BY_OTHERS}`,
        409: `${NO_NAME} Or: ${FULL}`,
        ...TRIES,
      },
    },
    async (asked) => {
      const { ctx, body, who } = asked;
      const rp = relyingParty(asked);
      const known = await checked(asked, body.password);
      const options = await ctx.state.transaction(async (tx) => {
        if ((await present(tx, who)).passwordHash !== known) throw wrongPassword();
        const refused = await confirmFactor(asked, tx, body);
        return refused ?? ctx.secondFactors.keys.beginAdding(tx, who.account, who.tokenHash, rp);
      });
      if (options instanceof Problem) throw options;
      if (options === undefined) throw new Problem(409, 'too-many', FULL);
      return { options };
    },
  ),
  route(
    {
      id: 'addSecurityKey',
      method: 'POST',
      path: AT,
      summary:
        'Add the security key or passkey that the browser made: from now on signing in takes it, and asks for a second factor',
      tag: 'account',
      access: 'session',
      audit: 'with',
      body: z.strictObject({ name: KeyName, credential: MadeCredential }),
      answers: {
        201: {
          description: 'It is added; recovery codes, each good once and shown this once, where there were none left',
          schema: z.strictObject({ key: Key, recoveryCodes: z.array(z.string()).optional() }),
        },
      },
      problems: { 403: `What the browser made is not what it was asked for, or ${BY_OTHERS}` },
    },
    async ({ ctx, body, who, reply, audit }) => {
      const { name, credential: made } = body;
      const added = await ctx.state.transaction(async (tx) => {
        await present(tx, who);
        const adding = { account: who.account, session: who.tokenHash, name, made };
        const key = await ctx.secondFactors.keys.add(tx, adding);
        if (!key.ok)
          throw new Problem(403, 'key-not-accepted', `The new key was not accepted: ${key.error}. Begin anew.`);
        await audit.write(tx, { after: { id: key.value.id, name, host: key.value.host } });
        const isFirst = (await tx.recoveryHashes(who.account)).length === 0;
        const recoveryCodes = isFirst ? await makeRecoveryCodes(tx, who.account) : undefined;
        return { key: shown(key.value), ...(recoveryCodes === undefined ? {} : { recoveryCodes }) };
      });
      return reply.status(201).send(added);
    },
  ),
  route(
    {
      id: 'askOwnKey',
      method: 'POST',
      path: `${AT}/ask`,
      summary: 'What a browser asks your security keys by, to show one before your second factors change',
      tag: 'account',
      access: 'session',
      audit: { none: 'it is a question that ends by itself' },
      answers: {
        200: { description: 'Good once, for some minutes', schema: z.strictObject({ options: RequestOptions }) },
      },
      problems: { 404: 'You have no key of this name of the console', 409: NO_NAME },
    },
    async (asked) => {
      const { ctx, who } = asked;
      const occasion = { account: who.account, purpose: 'confirm', session: who.tokenHash } as const;
      if ((await ctx.state.read.securityKeys(who.account)).length === 0)
        throw new Problem(404, 'no-security-key', NO_SUCH);
      return { options: await askKeys(ctx, occasion, relyingParty(asked)) };
    },
  ),
  route(
    {
      id: 'renameSecurityKey',
      method: 'PATCH',
      path: `${AT}/:id`,
      summary: 'Give a security key of yours another name',
      tag: 'account',
      access: 'session',
      audit: 'with',
      params: SecretId,
      body: z.strictObject({ name: KeyName, password: Password }),
      answers: { 200: { description: 'The key as it is now', schema: Key } },
      problems: { 403: `${WRONG_PASSWORD} Or ${BY_OTHERS}`, 404: NO_SUCH, ...TRIES },
    },
    async (asked) => {
      const { ctx, params, body, who, audit } = asked;
      const known = await checked(asked, body.password);
      return ctx.state.transaction(async (tx) => {
        if ((await present(tx, who)).passwordHash !== known) throw wrongPassword();
        const key = ownKey(await tx.securityKeys(who.account), params.id);
        const renamed = { ...key, name: body.name };
        if (renamed.name === key.name) audit.nothingChanged();
        else await audit.write(tx, { before: { name: key.name }, after: { name: renamed.name } });
        await tx.putSecurityKey(renamed);
        return shown(renamed);
      });
    },
  ),
  route(
    {
      id: 'removeSecurityKey',
      method: 'POST',
      path: `${AT}/:id/remove`,
      summary: 'Remove a security key of yours, with a code or a key, that one too',
      tag: 'account',
      access: 'session',
      audit: 'with',
      params: SecretId,
      body: z.strictObject(PROOF),
      answers: { 204: { description: 'Signing in does not take it any more' } },
      problems: {
        403: `The code or key is wrong, or one is needed, or ${BY_OTHERS}`,
        404: NO_SUCH,
        429: 'Too many wrong codes',
      },
    },
    async (asked) => {
      const { ctx, params, body, who, reply, audit } = asked;
      const refused = await ctx.state.transaction(async (tx) => {
        await present(tx, who);
        const { id, name } = ownKey(await tx.securityKeys(who.account), params.id);
        const problem = await confirmFactor(asked, tx, body);
        if (problem !== undefined) return problem;
        await tx.removeSecurityKey(id);
        await dropIdleRecoveryCodes(tx, who.account);
        await audit.write(tx, { before: { name } });
        return undefined;
      });
      if (refused !== undefined) throw refused;
      return reply.status(204).send();
    },
  ),
];

function ownKey(keys: readonly SecurityKey[], id: string): SecurityKey {
  const key = keys.find((one) => one.id === id);
  if (key === undefined) throw new Problem(404, 'no-such-key', NO_SUCH);
  return key;
}

/** Without what authenticators know it by. */
function shown({ id, name, host, createdAt, lastUsedAt }: SecurityKey): z.infer<typeof Key> {
  return { id, name, host, createdAt, ...(lastUsedAt === undefined ? {} : { lastUsedAt }) };
}
