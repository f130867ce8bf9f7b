import './pair.css';
import { useDocumentTitle } from '@mantine/hooks';
import { IconChevronLeft, IconEye, IconFolder, IconPlayerPause } from '@tabler/icons-react';
import { Link, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { type Saying, WayIn } from '../sign-in/way-in.js';
import { PairForm } from './pair-form.js';
import { Paired } from './paired.js';
import { typedCode } from './pairing.js';

const SAYINGS: readonly Saying[] = [
  { icon: IconFolder, lead: 'You grant folders.', text: 'Outside them it looks at nothing.' },
  { icon: IconEye, lead: 'Preview shows what would be sent', text: 'and sends nothing.' },
  { icon: IconPlayerPause, lead: 'Pause at any moment.', text: 'Unpairing erases what it still holds.' },
];

export function PairPage() {
  useDocumentTitle('Pair your computer · Daybook');
  const given = typedCode(useSearch({ from: '/alone/pair' }).user_code ?? '');
  const [allowed, setAllowed] = useState(false);
  return (
    <WayIn title="The agent sits on your computer and asks first." sayings={SAYINGS} above={<Terminal />} doFirst>
      <div className="form wide">
        <Link to="/first-steps" className="back">
          <IconChevronLeft className="s14" aria-hidden /> First steps
        </Link>
        {allowed ? <Paired /> : <PairForm given={given} onAllowed={() => setAllowed(true)} />}
      </div>
    </WayIn>
  );
}

/** How it looks on the other side. */
function Terminal() {
  return (
    <div className="term" aria-hidden="true">
      <i>$</i> npx daybook-agent pair {window.location.origin}
      <br />
      code: <b>KWTQ-7MHX</b>
      <br />
      <i>Open {window.location.host}/pair and allow this computer. Waiting…</i>
    </div>
  );
}
