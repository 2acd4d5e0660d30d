'use client';
/** A page's name, what it is for, and what can be done with all of it. */
import type { ReactNode } from 'react';
import { usePageTitle } from '../lib/page-title.ts';

export function PageHead(props: {
  readonly title: string;
  /** One or two sentences for whoever is here for the first time. */
  readonly about?: ReactNode;
  /** Buttons and fields that concern the whole page. */
  readonly children?: ReactNode;
}) {
  usePageTitle(props.title);
  return (
    <header className="page-head">
      <div>
        <h1>{props.title}</h1>
        {props.about !== undefined && <p className="dim">{props.about}</p>}
      </div>
      {props.children !== undefined && <div className="tools">{props.children}</div>}
    </header>
  );
}
