/** What ids in addresses look like. */
import { z } from 'zod';

/** Of tokens and invitations. */
export const SecretId = z.strictObject({ id: z.string().regex(/^[A-Za-z0-9_-]{12}$/) });

/** Of incidents and actions. */
export const ById = z.strictObject({ id: z.string().regex(/^[A-Za-z0-9_~-]{1,64}$/) });
