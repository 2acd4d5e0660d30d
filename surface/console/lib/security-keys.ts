/** Security keys and passkeys, through the browser's own WebAuthn. */
import type {
  AddSecurityKeyRequest,
  AskOwnKeyAnswer,
  BeginSecurityKeyAnswer,
  SignInRequest,
} from '@netsentinel/client';
import * as text from '../text/index.ts';
import { api } from './api.ts';
import { KeyFault } from './key-fault.ts';
import { whyNoKeys } from './why-no-keys.ts';

const words = text.door.keys;

export type MadeCredential = AddSecurityKeyRequest['body']['credential'];
export type ShownKey = NonNullable<SignInRequest['body']['key']>;
/** A present second factor, as routes take it; empty where there is none to show. */
export interface Proof {
  readonly code?: string;
  readonly key?: ShownKey;
}

/** Has the browser make one; rejects with a `KeyFault`. */
export async function makeKey(options: BeginSecurityKeyAnswer['options']): Promise<MadeCredential> {
  return asked(() =>
    navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }),
  );
}

/** Has the browser show one; rejects with a `KeyFault`. */
export async function showKey(options: AskOwnKeyAnswer['options']): Promise<ShownKey> {
  return asked(() =>
    navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }),
  );
}

/** What was typed, or a key where nothing was and there are any. */
export async function proofOf(code: string, hasKeys: boolean): Promise<Proof> {
  if (code.trim() !== '') return { code };
  return hasKeys ? { key: await showKey((await api.askOwnKey()).options) } : {};
}

async function asked<T>(ask: () => Promise<Credential | null>): Promise<T> {
  const fault = whyNoKeys(window.location, globalThis.PublicKeyCredential);
  if (fault !== undefined) throw new KeyFault(fault);
  try {
    const credential = (await ask()) as PublicKeyCredential | null;
    if (credential === null) throw new KeyFault(words.none);
    return credential.toJSON() as T;
  } catch (error) {
    throw error instanceof DOMException ? new KeyFault(wordsOf(error)) : error;
  }
}

/** The browser's own words are for programmers (WebAuthn Level 2, sections 5.1.3 and 5.1.4). */
function wordsOf({ name, message }: DOMException): string {
  // Chromium calls pages whose certificate was clicked through not allowed, too.
  if (name === 'SecurityError' || /certificate/i.test(message)) return words.untrusted;
  if (name === 'NotAllowedError') return words.cancelled;
  if (name === 'InvalidStateError') return words.known;
  return words.failed(message);
}
