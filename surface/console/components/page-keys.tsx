'use client';
/** Keys of every page: from one to another, and the list of all keys. */
import dynamic from 'next/dynamic';
import { useRouter } from 'next/navigation';
import { useCallback, useState } from 'react';
import { keysOfPage, useKeysAsked, type KeyNames } from '../lib/page-keys.ts';
import { useSession } from '../lib/session.ts';
import { useShortcuts } from '../lib/shortcuts.ts';
import { pageKeys } from './page-list.tsx';

/** Fetched for who asks for it. */
const KeysDialog = dynamic(async () => (await import('./keys-dialog.tsx')).KeysDialog, { ssr: false });

export function PageKeys() {
  const router = useRouter();
  const { role } = useSession();
  const [shown, setShown] = useState<KeyNames>();
  const show = useCallback(() => setShown(keysOfPage()), []);
  useKeysAsked(show);
  const pages = pageKeys(role);
  useShortcuts({
    '?': show,
    ...Object.fromEntries(pages.map(({ keys, href }) => [keys, () => router.push(href)])),
  });
  return shown === undefined ? null : <KeysDialog keys={shown} pages={pages} onClose={() => setShown(undefined)} />;
}
