import './receipt.css';
import type { ErasureCase } from '@daybook/contracts';
import { useDocumentTitle } from '@mantine/hooks';
import {
  IconAlertTriangle,
  IconCheck,
  IconChevronLeft,
  IconCircleCheck,
  IconDownload,
  IconHourglass,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { isProblem } from '../api/client.js';
import { CopyButton } from '../kit/copy-button.js';
import { focusOnShow } from '../kit/focus-on-show.js';
import { PrivacyChip } from '../kit/privacy-chip.js';
import { ProblemNote } from '../kit/problem-note.js';
import { saveJson } from '../kit/save-file.js';
import { useMe } from '../me/me.js';
import { stepsOf, toTheSecond, verdictOf } from './case-state.js';
import { caseWords } from './erase-words.js';
import { erasureQuery } from './erasures.js';
import { StoreTable } from './store-table.js';

/** One erasure from asking to the last backup, live, with what every store signed (P25). */
export function ReceiptPage() {
  const { caseRef } = useParams({ strict: false }) as { caseRef: string };
  const { data, error, refetch, dataUpdatedAt } = useQuery(erasureQuery(caseRef));
  useDocumentTitle('Deletion receipt · Daybook');
  return (
    <>
      <header className="head">
        <Link className="btn icon ghost" to="/privacy" aria-label="Back to Privacy">
          <IconChevronLeft aria-hidden />
        </Link>
        {/* Who comes from the question that ordered it stood on a button that is gone. */}
        <h1 ref={focusOnShow} tabIndex={-1}>
          Deletion receipt
        </h1>
        <span className="grow hide-s" />
        <PrivacyChip kind="only" size="long" />
        {data && (
          <button
            type="button"
            className="btn"
            onClick={() => saveJson(`daybook-receipts-${caseRef}.json`, { daybook: 'deletion receipts', ...data })}
          >
            <IconDownload aria-hidden />
            Download receipts
          </button>
        )}
      </header>
      {data ? (
        <Receipt one={data} now={dataUpdatedAt} stale={error} retry={() => void refetch()} />
      ) : (
        <div className="rcpt">
          {isProblem(error, 'not_found', 'invalid') ? (
            <p className="t2">There is no such receipt among yours. The address may be mistyped.</p>
          ) : error ? (
            <ProblemNote error={error} retry={() => void refetch()} />
          ) : (
            <Skeleton />
          )}
        </div>
      )}
    </>
  );
}

function Receipt({ one, now, stale, retry }: { one: ErasureCase; now: number; stale: unknown; retry: () => void }) {
  const { timeZone } = useMe();
  const { tone, title, text } = verdictOf(one, now);
  const Icon = { ok: IconCircleCheck, wait: IconHourglass, bad: IconAlertTriangle }[tone];
  return (
    <div className="rcpt">
      <div className="rmain">
        <div className={`verdict ${tone}`} role="status">
          <Icon className="s24" aria-hidden />
          <div>
            <h2 className="h1">{title}</h2>
            <p>
              {caseWords(one)}. {text}
            </p>
          </div>
        </div>
        <ProblemNote error={stale} retry={retry} />
        <ol className="steps" aria-label="From asking to purged">
          {stepsOf(one, now).map(({ label, at, state }) => (
            <li key={label} className={state}>
              <span className="pin">
                {state === 'done' && <IconCheck className="s12" aria-label="done" />}
                {state === 'late' && <IconAlertTriangle className="s12" aria-label="late" />}
              </span>
              <b>{label}</b>
              <small className="num">
                {state === 'next' ? 'by ' : state === 'late' ? 'due ' : ''}
                {toTheSecond(at, timeZone)}
              </small>
            </li>
          ))}
        </ol>
        <StoreTable one={one} />
      </div>
      <aside className="rside" aria-label="About this receipt">
        <Signed one={one} />
        <section className="card">
          <h2>What this receipt holds</h2>
          <p className="s t2">
            Which stores answered, when, and that nothing remains. Not your name, no day, and nothing of what was
            erased.
          </p>
        </section>
        <section className="card">
          <h2>What was left</h2>
          <p className="s t2">
            Time sheets and entries stay as they were, and so do your choices of sources: what is on stays on, and new
            work is remembered again.
          </p>
        </section>
      </aside>
    </div>
  );
}

function Signed({ one }: { one: ErasureCase }) {
  const { timeZone } = useMe();
  const signers = [...new Set(one.stores.flatMap(({ receipt }) => receipt?.signer ?? []))];
  return (
    <section className="card">
      <h2>Signed</h2>
      <dl className="kv">
        <dt>By</dt>
        <dd>{signers.length > 0 ? signers.join(', ') : 'nobody yet'}</dd>
        <dt>How</dt>
        <dd>Ed25519, one signature a store</dd>
        <dt>Case</dt>
        <dd className="mono">{one.caseRef}</dd>
        <dt>Times in</dt>
        <dd>{timeZone}</dd>
      </dl>
      <CopyButton text={window.location.href}>Copy link</CopyButton>
      <p className="s t2">The link opens for you alone, signed in.</p>
    </section>
  );
}

function Skeleton() {
  return (
    <div className="rmain" aria-busy="true" role="status" aria-label="Loading the receipt">
      <span className="sk" style={{ height: 82 }} />
      <span className="sk" style={{ height: 54 }} />
      <span className="sk" style={{ height: 216 }} />
    </div>
  );
}
