'use client';
/** Who is signed in, and what their role may do: the shell asks, everything in it reads the answer. */
import type { Permission, Role } from '@netsentinel/contracts/permission';
import { mayDo } from '@netsentinel/contracts/role-permissions';
import { createContext, useCallback, useContext, useEffect, useState } from 'react';
import { api, toSignIn } from './api.ts';
import { wordsOf } from './hooks.ts';

export interface Session {
  readonly account: string;
  readonly role: Role;
}

export const SessionContext = createContext<Session | undefined>(undefined);

/** Who is signed in; for what stands in a `Shell`. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error('useSession is for what stands in a Shell');
  return session;
}

/** Whether who is signed in has this permission. The server decides; this spares people buttons that it would refuse. */
export function useMay(permission: Permission): boolean {
  return mayDo(useSession().role, permission);
}

/** Asks who is signed in, and once more on `again`; leads to sign-in where nobody is. */
export function useAskedSession(): {
  readonly session: Session | undefined;
  readonly error: string | undefined;
  readonly again: () => void;
} {
  const [session, setSession] = useState<Session>();
  const [error, setError] = useState<string>();
  const again = useCallback(() => {
    api.getSession().then(
      ({ account, role }) => {
        if (account === null || role === null) return toSignIn();
        setSession((was) => (was?.account === account && was.role === role ? was : { account, role }));
        setError(undefined);
        return undefined;
      },
      (problem: unknown) => setError(wordsOf(problem)),
    );
  }, []);
  useEffect(again, [again]);
  return { session, error, again };
}
