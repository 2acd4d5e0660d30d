/** Loads the modules named on the command line, so that Node keeps what it made of them. Started by `code-cache.ts`. */
import { flushCompileCache } from 'node:module';

for (const module of process.argv.slice(2)) {
  // A program's own entry refuses to run here, but only once all that it imports has been loaded.
  await import(module).catch(() => {});
}
flushCompileCache();
process.exit(0);
