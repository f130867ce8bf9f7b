import './privacy.css';
import { useDocumentTitle } from '@mantine/hooks';
import { IconHandStop, IconPlayerPlay } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useConsents, useStopEverything } from '../consent/consents.js';
import { usePause } from '../consent/pause.js';
import { PauseMenu } from '../consent/pause-menu.js';
import { EraseDialog, type EraseStart } from '../erasure/erase-dialog.js';
import { PrivacyChip } from '../kit/privacy-chip.js';
import { toastProblem } from '../kit/toast.js';
import { useKeptFocus } from '../kit/use-kept-focus.js';
import { EraseCard } from './erase-card.js';
import { OpeningsCard } from './openings-card.js';
import { RetentionCard } from './retention-card.js';
import { Sources } from './sources.js';

/** Everything Daybook remembers about the person, who opened it, and how it forgets. */
export function PrivacyPage() {
  useDocumentTitle('Privacy · Daybook');
  const { on, paused, loading } = useConsents();
  const { resume } = usePause();
  const stop = useStopEverything();
  const [stopped, setStopped] = useState(false);
  const [erase, setErase] = useEraseStart();

  const stopButton = useRef<HTMLButtonElement>(null);
  const stops = useKeptFocus<HTMLSpanElement>(loading ? undefined : `${on.length} ${paused.length}`);

  const stopAll = () => {
    if (!stop.isPending) stop.mutate(undefined, { onSuccess: () => setStopped(true), onError: toastProblem });
  };
  const keep = () => {
    setStopped(false);
    stopButton.current?.focus();
  };
  const allOff = on.length + paused.length === 0;
  return (
    <>
      <header className="head">
        <h1>Privacy</h1>
        <span className="t2 grow hide-s clip about">Everything Daybook remembers about you, and how it forgets</span>
        <PrivacyChip kind="only" size="long" />
        <span className="row stops" ref={stops}>
          {on.length > 0 && <PauseMenu sources={on.map((one) => one.source)} label="Pause everything" />}
          {on.length === 0 && paused.length > 0 && (
            <button type="button" className="btn" onClick={() => resume(paused.map((one) => one.source))}>
              <IconPlayerPlay aria-hidden />
              Resume
            </button>
          )}
          <button type="button" className="btn" ref={stopButton} onClick={stopAll}>
            <IconHandStop aria-hidden />
            Stop everything
          </button>
        </span>
      </header>
      <div role="status">
        {stopped && allOff && (
          <div className="banner stopped">
            <p className="grow">
              <b className="m">Every source is off.</b> Nothing more is collected. Erase what they brought?
            </p>
            <button type="button" className="btn sm" onClick={keep}>
              Keep it until it expires
            </button>
            <button type="button" className="btn sm" onClick={() => setErase({ scope: 'everything' })}>
              Erase everything…
            </button>
          </div>
        )}
      </div>
      <nav className="onpage" aria-label="On this page">
        <a href="#sources">Sources</a>
        <a href="#openings">Who opened my data</a>
        <a href="#retention">Retention</a>
        <a href="#erase">Erase</a>
      </nav>
      <div className="privgrid">
        <div className="pl">
          <Sources onErase={(source) => setErase({ scope: 'source', source })} />
          <OpeningsCard />
        </div>
        <div className="pr">
          <RetentionCard />
          <EraseCard onErase={() => setErase({})} />
        </div>
      </div>
      <EraseDialog start={erase} onClose={() => setErase(undefined)} />
    </>
  );
}

/** What the erase dialog begins with; another page can ask for one by `?erase=day&day=2026-11-24`. */
function useEraseStart() {
  const asked = useSearch({ from: '/inside/privacy' });
  const navigate = useNavigate();
  const [start, setStart] = useState<EraseStart>();
  useEffect(() => {
    if (!asked.erase) return;
    setStart({ scope: asked.erase, ...(asked.day && { day: asked.day }) });
    void navigate({ to: '/privacy', search: {}, replace: true });
  }, [asked, navigate]);
  return [start, setStart] as const;
}
