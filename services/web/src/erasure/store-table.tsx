import { type ErasureCase, STORES } from '@daybook/contracts';
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import { answeredIn } from './case-state.js';

/** Each store that holds something about a person, and what it answered. */
export function StoreTable({ one }: { one: ErasureCase }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls sideways must be reachable by keyboard
    <section className="hscroll" tabIndex={0} aria-label="Receipts of every store">
      <table className="dt">
        <thead>
          <tr>
            <th scope="col">Store</th>
            <th scope="col">What it holds</th>
            <th scope="col">Answer</th>
            <th scope="col" className="n">
              Remaining
            </th>
            <th scope="col" className="n">
              Answered in
            </th>
            <th scope="col">Signature</th>
          </tr>
        </thead>
        <tbody>
          {one.stores.map(({ store, state, receipt }) => (
            <tr key={store} className={state === 'failed' ? 'bad' : undefined}>
              <th scope="row" className="mono">
                {store}
              </th>
              <td className="t2">{STORES[store].holds}</td>
              <td>{state === 'failed' ? `failed${receipt?.reason ? ` (${receipt.reason})` : ''}` : state}</td>
              <td className="n">{receipt ? <Remaining count={receipt.remaining} /> : '–'}</td>
              <td className="n t2">{receipt ? answeredIn(one.orderedAt, receipt.at) : '–'}</td>
              <td className="mono t2">
                {receipt ? <span title={receipt.signature}>{receipt.signature.slice(0, 10)}…</span> : '–'}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Remaining({ count }: { count: number }) {
  if (count < 0) return <span className="zero no">not asked</span>;
  return (
    <span className={count === 0 ? 'zero' : 'zero no'}>
      {count === 0 ? <IconCheck className="s12" aria-hidden /> : <IconAlertTriangle className="s12" aria-hidden />}
      {count}
    </span>
  );
}
