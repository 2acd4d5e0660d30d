'use client';
/** Where the OpenID provider sends the browser back to. */
import { useEffect, useRef, useState } from 'react';
import { Failure } from '../../components/failure.tsx';
import { Mark } from '../../components/mark.tsx';
import { takeWayBack } from '../../lib/after-sign-in.ts';
import { api } from '../../lib/api.ts';
import { wordsOf } from '../../lib/hooks.ts';

export default function OpenIdPage() {
  const isAsked = useRef(false);
  const [error, setError] = useState<string>();
  useEffect(() => {
    // Once, however often it is drawn: the answer is good once.
    if (isAsked.current) return;
    isAsked.current = true;
    const answer = window.location.search.slice(1);
    // It stays in no history.
    window.history.replaceState(null, '', window.location.pathname);
    if (answer === '') return window.location.replace('/sign-in/');
    api.finishOpenId({ body: { answer } }).then(
      () => window.location.replace(takeWayBack()),
      (problem: unknown) => setError(wordsOf(problem)),
    );
  }, []);
  return (
    <main className="door">
      <section>
        <p className="brand">
          <Mark /> NetSentinel
        </p>
        <h1>Sign in</h1>
        {error === undefined ? <p className="dim">You are being signed in…</p> : <Failure words={error} />}
        {error !== undefined && <a href="/sign-in/">Back to the sign-in page</a>}
      </section>
    </main>
  );
}
