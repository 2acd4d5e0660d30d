/** A part of a page with a name of its own. */
import { useId, type ReactNode } from 'react';

export function Panel(props: {
  readonly title: string;
  /** Beside the name: small buttons, a count. */
  readonly tools?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
}) {
  const id = useId();
  return (
    <section className={`panel ${props.className ?? ''}`} aria-labelledby={id}>
      <div className="panel-head">
        <h2 id={id}>{props.title}</h2>
        {props.tools}
      </div>
      {props.children}
    </section>
  );
}

/** What stands where nothing is yet: what would be here, and how to get it. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children}
    </div>
  );
}
