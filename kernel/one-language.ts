/**
 * zod brings its messages in sixty languages: 9 MB and 40 ms in each process that checks anything. Ours are English. Loaded before everything
 * else (`--import`), this leaves the other languages away.
 */
import { registerHooks } from 'node:module';

const ALL_LANGUAGES = '/zod/v4/locales/index.js';

registerHooks({
  load: (url, context, nextLoad) =>
    url.endsWith(ALL_LANGUAGES)
      ? { format: 'module', source: "export { default as en } from './en.js';", shortCircuit: true }
      : nextLoad(url, context),
});
