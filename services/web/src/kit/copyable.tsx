import './kit.css';
import { useClipboard } from '@mantine/hooks';
import { IconCheck, IconCopy } from '@tabler/icons-react';

/** Something to type or paste elsewhere, with a button that copies it. */
export function Copyable({ text, what }: { text: string; what: string }) {
  const clipboard = useClipboard({ timeout: 3_000 });
  return (
    <div className="copyable">
      <code className="mono">{text}</code>
      <button
        type="button"
        className="btn icon ghost"
        aria-label={clipboard.copied ? `Copied: ${what}` : `Copy ${what}`}
        onClick={() => clipboard.copy(text)}
      >
        {clipboard.copied ? <IconCheck aria-hidden /> : <IconCopy aria-hidden />}
      </button>
      <span className="vh" role="status">
        {clipboard.copied ? 'Copied' : ''}
      </span>
    </div>
  );
}
