'use client';
/** Where the OpenID provider sends the browser back to. */
import { useEffect, useRef, useState } from 'react';
import { DoorFrame } from '../../components/door.tsx';
import { Failure } from '../../components/failure.tsx';
import { takeWayBack } from '../../lib/after-sign-in.ts';
import { api } from '../../lib/api.ts';
import { wordsOf } from '../../lib/hooks.ts';
import * as text from '../../text/index.ts';

const words = text.door;

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
    <DoorFrame>
      <section>
        <h1>{words.signIn.title}</h1>
        {error === undefined ? <p className="dim">{words.openId.wait}</p> : <Failure words={error} />}
        {error !== undefined && <a href="/sign-in/">{words.openId.back}</a>}
      </section>
    </DoorFrame>
  );
}
