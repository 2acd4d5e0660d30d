'use client';
/** Every page for somebody who is signed in: the frame and the live connection stay while pages change in it. */
import { Suspense, type ReactNode } from 'react';
import { Shell } from '../../components/shell.tsx';

export default function ConsoleLayout({ children }: { readonly children: ReactNode }) {
  return (
    <Shell>
      {/* The export knows no addresses, so that what reads them is drawn in the browser. */}
      <Suspense>{children}</Suspense>
    </Shell>
  );
}
