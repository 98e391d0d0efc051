/** Copies a text through the main process and says so. */
import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button, IconButton } from '../ui/button.tsx';
import { call } from './window-api.ts';

/** How long the button says that the text was copied. */
const CONFIRMATION_MS = 2000;

interface CopyButtonProps {
  readonly text: string;
  /** The accessible name: `Copy fingerprint`. */
  readonly label: string;
  /** Shows the label beside the icon. */
  readonly hasLabel?: boolean;
}

export function CopyButton({ text, label, hasLabel }: CopyButtonProps) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setCopied(false), CONFIRMATION_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = async () => setCopied((await call('app.copyText', { text })).ok);
  const icon = isCopied ? <Check size={14} /> : <Copy size={14} />;
  return (
    <>
      {hasLabel === true ? (
        <Button size="small" icon={icon} onPress={() => void copy()}>
          {isCopied ? 'Copied' : label}
        </Button>
      ) : (
        <IconButton size="small" label={label} icon={icon} onPress={() => void copy()} />
      )}
      <span role="status" className="visually-hidden">
        {isCopied ? 'Copied' : ''}
      </span>
    </>
  );
}
