/** Draws machines for the launcher that started it (`drawn-machines.ts`). */
import { drawnOf, type MachineToDraw } from '../personas/draw-machines.ts';

process.once('message', (machines) => {
  void drawnOf(machines as readonly MachineToDraw[]).then((drawn) => process.send!(drawn));
});
