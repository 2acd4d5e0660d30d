/** Describes decoys for the launcher that started it (`described-decoys.ts`). */
import { describedOf, type MachineToDescribe } from '../personas/describe-machines.ts';

process.once('message', (machines) => {
  void describedOf(machines as readonly MachineToDescribe[]).then((decoys) => process.send!(decoys));
});
