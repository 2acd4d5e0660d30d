'use client';
import { useEffect, useState } from 'react';

/** Further down than this somebody reads, and nothing may move beneath them. */
const DOWN_PX = 120;

/** Whether the window is scrolled away from its top. */
export function useScrolledDown(): boolean {
  const [isDown, setDown] = useState(false);
  useEffect(() => {
    const update = (): void => setDown(window.scrollY > DOWN_PX);
    update();
    window.addEventListener('scroll', update, { passive: true });
    return () => window.removeEventListener('scroll', update);
  }, []);
  return isDown;
}
