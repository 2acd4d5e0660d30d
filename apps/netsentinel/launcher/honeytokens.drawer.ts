/** Draws honeytokens for the launcher that started it (`honeytokens.ts`). */
import { machineHoneytokens, type PlayedMachine } from '../personas/machine-honeytokens.ts';

process.once('message', (machines) => {
  process.send!(machineHoneytokens(machines as readonly PlayedMachine[]));
});
