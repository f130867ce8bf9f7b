import './privacy.css';
import { useDocumentTitle } from '@mantine/hooks';
import { IconChevronLeft, IconShieldCheck } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { PrivacyChip } from '../kit/privacy-chip.js';
import { ProblemNote } from '../kit/problem-note.js';
import { OpeningList } from './opening-list.js';
import { openingsQuery } from './openings.js';

/** The whole log of openings (P30). */
export function OpeningsPage() {
  useDocumentTitle('Who opened my data · Daybook');
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(openingsQuery);
  const openings = data?.pages.flatMap((page) => page.items);
  return (
    <>
      <header className="head">
        <Link className="btn icon ghost" to="/privacy" aria-label="Back to Privacy">
          <IconChevronLeft aria-hidden />
        </Link>
        <h1>Who opened my data</h1>
        <span className="grow hide-s" />
        <PrivacyChip kind="only" size="long" />
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="pagebody openings" tabIndex={0} aria-label="Openings">
        <p className="t2 row">
          <IconShieldCheck aria-hidden />
          What is remembered lies sealed. Each time this account opened something, it is written here, kept three
          months. No other person, ever: there is no role that could.
        </p>
        {openings ? (
          <OpeningList openings={openings} />
        ) : error ? null : (
          <div role="status" aria-label="Loading openings" className="col">
            <span className="sk" style={{ height: 320 }} />
          </div>
        )}
        <ProblemNote error={error} retry={() => void refetch()} />
        {hasNextPage && (
          <p>
            <button type="button" className="btn" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              Show older
            </button>
          </p>
        )}
      </section>
    </>
  );
}
