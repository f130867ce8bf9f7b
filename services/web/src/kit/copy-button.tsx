import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useState } from 'react';

export function CopyButton({ text, children = 'Copy' }: { text: string; children?: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2_000);
  };
  return (
    <button type="button" className="btn sm" onClick={() => void copy().catch(() => undefined)}>
      {copied ? <IconCheck aria-hidden /> : <IconCopy aria-hidden />}
      <span aria-live="polite">{copied ? 'Copied' : children}</span>
    </button>
  );
}
