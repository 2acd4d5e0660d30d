/** Signing in to the console by an OpenID provider: Keycloak, Authentik, Authelia, Zitadel, Okta, Entra ID … */
import { z } from 'zod';
import { Role } from '@netsentinel/contracts/permission';
import { Secret } from '@netsentinel/kernel/secret';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);
const claim = z.string().min(1).max(200);

export const OpenIdConfig = z.strictObject({
  issuer: z
    .string()
    .max(2000)
    .refine(isIssuer, 'an https:// address without query and fragment; http:// on this machine only')
    .describe(
      'Address of the provider, as its `/.well-known/openid-configuration` names it: `https://id.example.org/realms/main`.',
    ),
  clientId: z.string().min(1).max(200).describe('As whom the provider knows this console.'),
  clientSecret: Secret.optional().describe('What proves it; without one the provider must know it as a public client.'),
  clientAuthentication: z
    .enum(['basic', 'post'])
    .optional()
    .describe(
      'How the secret is shown; without it as the provider says that it takes it, `basic` where it takes both.',
    ),
  name: z
    .string()
    .trim()
    .min(1)
    .max(60)
    .optional()
    .describe('What the button says: `Sign in with NAME`. Without it the host of the issuer.'),
  scopes: z
    .array(z.string().regex(/^[!#-[\]-~]{1,100}$/, 'a scope has no spaces and no quotes'))
    .max(20)
    .default(['profile', 'email'])
    .describe('Asked for besides `openid`; some providers tell of groups only where one is called `groups`.'),
  nameClaim: claim
    .default('preferred_username')
    .describe('What a new account is called by; other characters than letters, digits and `. _ @ -` become `-`.'),
  roleClaim: claim
    .default('groups')
    .describe('What says who may do what: one text or a list. Points lead into it: `realm_access.roles`.'),
  roles: z
    .array(
      z.strictObject({
        has: z.string().min(1).max(500).describe('A value of `roleClaim`.'),
        role: Role.describe('What whoever has it may do.'),
      }),
    )
    .max(100)
    .default([])
    .describe('The first that somebody has counts, at each signing in.'),
  defaultRole: Role.optional().describe('Of whoever has none of `roles`; without it nobody else gets in.'),
  ca: Secret.optional().describe(
    'Authority of the provider’s certificate as PEM, where it is none that is well known.',
  ),
});
export type OpenIdConfig = z.infer<typeof OpenIdConfig>;

/** OpenID Connect Discovery 1.0, section 3. */
function isIssuer(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, search, hash, username } = new URL(text);
  if (search !== '' || hash !== '' || username !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));
}
