/** An area that takes dropped and pasted files, and shows when it would. */
import type { DragEvent, MouseEvent, ReactNode } from 'react';
import { useEffect, useState } from 'react';
import { classes } from '../../ui/classes.ts';
import { dropFiles } from './files.ts';
import styles from './send.module.css';

interface DropAreaProps {
  readonly children: ReactNode;
  /** Large and outlined: the first thing a new user sees. */
  readonly isProminent?: boolean;
  /** A click beside the controls in the area; they must offer the same to the keyboard. */
  readonly onClick?: () => void;
}

export function DropArea({ children, isProminent, onClick }: DropAreaProps) {
  const [isOver, setOver] = useState(false);
  usePastedFiles();
  const over = (event: DragEvent) => {
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
    setOver(true);
  };
  const leave = (event: DragEvent) => {
    // Passing over a child is not leaving.
    if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void dropFiles([...event.dataTransfer.files]);
  };
  const click = (event: MouseEvent) => {
    if (event.target instanceof Element && event.target.closest('button') === null) onClick?.();
  };
  return (
    <div
      onClick={click}
      role="group"
      aria-label="Drop files here"
      className={classes(styles.drop, isProminent === true && styles.dropProminent)}
      data-over={isOver ? '' : undefined}
      onDragOver={over}
      onDragLeave={leave}
      onDrop={drop}
    >
      {children}
    </div>
  );
}

function usePastedFiles(): void {
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length === 0) return;
      event.preventDefault();
      void dropFiles(files);
    };
    window.addEventListener('paste', paste);
    return () => window.removeEventListener('paste', paste);
  }, []);
}
