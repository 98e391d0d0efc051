/** The frame of a place and the blocks within it: head, body, sections, cards, stacks, and the empty state. */
import type { ReactNode } from 'react';
import { useEffect, useRef } from 'react';
import { classes } from './classes.ts';
import styles from './page.module.css';

interface PageProps {
  readonly title: string;
  /** Buttons at the right of the head. */
  readonly actions?: ReactNode;
  /** Begins at the heading, where the control that led here is gone. */
  readonly takesFocus?: boolean;
  /** The content fills the height and scrolls within itself, as lists of any length do. */
  readonly isFilled?: boolean;
  readonly children: ReactNode;
}

export function Page({ title, actions, takesFocus, isFilled, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (takesFocus === true) heading.current?.focus();
  }, [takesFocus]);
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {actions}
      </header>
      <div className={classes(styles.body, isFilled === true && styles.filled)}>{children}</div>
    </div>
  );
}

interface SectionProps {
  readonly title: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

export function Section({ title, actions, children }: SectionProps) {
  return (
    <section className={styles.section} aria-label={title}>
      <div className={styles.sectionHead}>
        <h2>{title}</h2>
        {actions}
      </div>
      {children}
    </section>
  );
}

interface BlockProps {
  readonly children: ReactNode;
}

/** A bordered block; with a label it is a region that screen readers can go to. */
export function Card({ children, label }: BlockProps & { readonly label?: string }) {
  return (
    <section className={styles.card} aria-label={label}>
      {children}
    </section>
  );
}

export function Stack({ children }: BlockProps) {
  return <div className={styles.stack}>{children}</div>;
}

export function Row({ children }: BlockProps) {
  return <div className={styles.row}>{children}</div>;
}

export function Quiet({ children }: BlockProps) {
  return <p className={styles.quiet}>{children}</p>;
}

interface EmptyProps {
  readonly icon: ReactNode;
  readonly title: string;
  readonly children: ReactNode;
  readonly actions?: ReactNode;
}

/** A place with nothing in it yet: what would be here, and how it gets here. */
export function Empty({ icon, title, children, actions }: EmptyProps) {
  return (
    <div className={styles.empty}>
      {icon}
      <h2>{title}</h2>
      <p className={styles.quiet}>{children}</p>
      {actions !== undefined ? <div className={styles.row}>{actions}</div> : null}
    </div>
  );
}
