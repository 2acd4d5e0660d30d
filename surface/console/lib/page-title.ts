'use client';
import { useEffect } from 'react';
import { visible } from './format.ts';

/** Names the window after what it shows. */
export function usePageTitle(title: string | undefined): void {
  useEffect(() => {
    if (title !== undefined) document.title = `${visible(title).slice(0, 80)} – NetSentinel`;
  }, [title]);
}
