import { afterEach, expect, it, vi } from 'vitest';
import { countedFetch, openQuestions } from './open-questions.ts';

afterEach(() => vi.unstubAllGlobals());

it('counts what is not answered yet, also where it fails', async () => {
  let answer: (response: Response) => void = () => {};
  vi.stubGlobal('fetch', () => new Promise<Response>((resolve) => (answer = resolve)));
  const asked = countedFetch('/');
  expect(openQuestions()).toBe(1);
  answer(new Response());
  await asked;
  expect(openQuestions()).toBe(0);
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('gone')));
  await expect(countedFetch('/')).rejects.toThrow('gone');
  expect(openQuestions()).toBe(0);
});
