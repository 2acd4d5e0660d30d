/** What can be configured of a scripted port. */
import { z } from 'zod';
import { serviceFields } from '../service/service.config.ts';
import { Exchange } from './exchange.schema.ts';

export const ScriptedConfig = z.strictObject({
  ...serviceFields,
  script: z
    .union([
      z
        .string()
        .regex(/^[\w./-]{1,256}$/)
        .describe('One of `content/scripted`, by its name, or a YAML file beside the configuration.'),
      Exchange,
    ])
    .default(() => Exchange.parse({ take: 'any' }))
    .describe('The exchange, here or in a file. Without one the port takes what comes and says nothing.'),
});
export type ScriptedConfig = z.infer<typeof ScriptedConfig>;
