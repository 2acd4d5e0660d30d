import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import { THEME_SCRIPT } from '../lib/theme-script.ts';
import './globals.css';
import './frame.css';
import './charts.css';
import './doors.css';
import './response.css';
import './tour.css';

export const metadata: Metadata = {
  title: 'NetSentinel',
  description: 'Deception turned into defence',
  referrer: 'no-referrer',
};
export const viewport: Viewport = { width: 'device-width', initialScale: 1, colorScheme: 'dark light' };

export default function RootLayout({ children }: { readonly children: ReactNode }) {
  return (
    // The script below names the theme before React comes.
    <html lang="en" suppressHydrationWarning>
      <head>
        <script dangerouslySetInnerHTML={{ __html: THEME_SCRIPT }} />
      </head>
      <body>{children}</body>
    </html>
  );
}
