import type { Consent } from '@daybook/contracts';
import { IconDownload } from '@tabler/icons-react';
import { CopyButton } from '../kit/copy-button.js';
import { saveJson } from '../kit/save-file.js';
import { useMe } from '../me/me.js';
import { moment } from '../time/format.js';

/** What the person keeps: the reference in the log, and the salt without which nobody can tell whose it is. */
export const receiptOf = ({ source, state, version, schedule, includesPastSince, receipt }: Consent) => ({
  daybook: 'consent receipt',
  source,
  state,
  textVersion: version,
  ...(schedule && { schedule }),
  ...(includesPastSince && { includesPastSince }),
  ...receipt,
});

export function ConsentReceipt({ consent }: { consent: Consent }) {
  const { timeZone } = useMe();
  if (!consent.receipt) return null;
  const { ref, salt, at } = consent.receipt;
  const content = receiptOf(consent);
  return (
    <section className="receipt" aria-label="Consent receipt">
      <dl className="kv two">
        <dt>Receipt</dt>
        <dd className="mono">{ref}</dd>
        <dt>Salt</dt>
        <dd className="mono">{salt}</dd>
        <dt>{consent.state === 'off' ? 'Switched off' : 'Agreed'}</dt>
        <dd>
          {moment(at, timeZone)}, version {consent.version} of the text
        </dd>
      </dl>
      <div className="row wrap">
        <button
          type="button"
          className="btn sm"
          onClick={() => saveJson(`daybook-consent-${consent.source}-${at.slice(0, 10)}.json`, content)}
        >
          <IconDownload aria-hidden />
          Download receipt
        </button>
        <CopyButton text={JSON.stringify(content, null, 2)}>Copy receipt</CopyButton>
      </div>
    </section>
  );
}
