import { describe, expect, it } from 'vitest';
import { actOf, beginsTwo, type Shortcuts } from './shortcuts.ts';

describe('keys of a page and of its frame', () => {
  const done: string[] = [];
  const does = (name: string) => (): void => void done.push(name);
  const page: Shortcuts = { o: does('open'), '/': does('filter') };
  const frame: Shortcuts = { 'g o': does('overview'), '/': does('never') };
  const all = [page, frame];

  it('do what the page says before what the frame says', () => {
    actOf(all, '/', undefined)?.();
    expect(done.splice(0)).toEqual(['filter']);
  });
  it('are two where the first begins two, and then not what the second does alone', () => {
    expect(beginsTwo(all, 'g')).toBe(true);
    actOf(all, 'o', 'g')?.();
    expect(done.splice(0)).toEqual(['overview']);
    expect(actOf(all, '/', 'g')).toBeUndefined();
  });
  it('are one where nothing begins with the first', () => {
    expect(beginsTwo(all, 'q')).toBe(false);
    actOf(all, 'o', undefined)?.();
    expect(done.splice(0)).toEqual(['open']);
  });
  it('are none of what every object has', () => {
    expect(actOf(all, 'constructor', undefined)).toBeUndefined();
  });
});
