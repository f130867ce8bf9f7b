import './vault.css';
import { useClipboard } from '@mantine/hooks';
import { IconCheck, IconCopy, IconDownload, IconPrinter } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { ProblemNote } from '../kit/problem-note.js';
import { useChangeMe } from '../me/me.js';

/** A recovery code, shown this once. There is no way on before the person says that it is kept. */
export function RecoveryCode({ code, onKept }: { code: string; onKept: () => void }) {
  const [kept, setKept] = useState(false);
  const clipboard = useClipboard({ timeout: 3_000 });
  const change = useChangeMe();
  useEffect(() => {
    // Closing the tab now would lose the code.
    const stay = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', stay);
    return () => window.removeEventListener('beforeunload', stay);
  }, []);
  return (
    <div className="col g16 printable">
      <p className="t2">
        If you forget your password, this code alone opens what Daybook remembered. It is shown this once. Nobody can
        look it up for you, not even whoever runs this Daybook.
      </p>
      <output className="recovery-code" aria-label="Recovery code">
        {code}
      </output>
      <div className="row wrap no-print">
        <button type="button" className="btn" onClick={() => clipboard.copy(code)}>
          {clipboard.copied ? <IconCheck aria-hidden /> : <IconCopy aria-hidden />}
          {clipboard.copied ? 'Copied' : 'Copy'}
        </button>
        <button type="button" className="btn" onClick={() => download(code)}>
          <IconDownload aria-hidden /> Save as a text file
        </button>
        <button type="button" className="btn" onClick={() => window.print()}>
          <IconPrinter aria-hidden /> Print
        </button>
      </div>
      <label className="row kept no-print">
        <input type="checkbox" checked={kept} onChange={(event) => setKept(event.target.checked)} />
        <span>I have kept it where I will find it again</span>
      </label>
      <ProblemNote error={change.error} />
      <button
        type="button"
        className="btn pri lg no-print"
        disabled={!kept || change.isPending}
        onClick={() => change.mutate({ recoveryCodeSaved: true }, { onSuccess: onKept })}
      >
        Go on
      </button>
    </div>
  );
}

function download(code: string): void {
  const text = `Recovery code for Daybook at ${window.location.origin}

${code}

With your password forgotten, this code alone opens what Daybook remembered for you. Keep it where only you find it.
`;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  link.download = 'daybook-recovery-code.txt';
  link.click();
  URL.revokeObjectURL(link.href);
}
