import type { Consent } from '@daybook/contracts';
import { IconClock, IconHistory, IconPlayerPlay, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useKeptFocus } from '../kit/use-kept-focus.js';
import { HoursDialog, PastDialog } from './change-dialogs.js';
import type { AgentSource } from './consent-text.js';
import { usePause } from './pause.js';
import { PauseMenu } from './pause-menu.js';
import { scheduleWords } from './schedule.js';
import { SOURCE_WORDS } from './source-words.js';

/** What can be done with a source in the state it is in. */
export function SourceActions({
  source,
  consent,
  onAsk,
  onOff,
  onErase,
}: {
  source: AgentSource;
  consent: Consent;
  onAsk: () => void;
  onOff: () => void;
  onErase: () => void;
}) {
  const [dialog, setDialog] = useState<'hours' | 'past'>();
  const { resume } = usePause();
  const { name } = SOURCE_WORDS[source];
  const shared = { source, consent, onClose: () => setDialog(undefined) };
  const group = useKeptFocus<HTMLDivElement>(consent.state);
  return (
    <div className="row wrap" ref={group}>
      {consent.state === 'on' && (
        <>
          <PauseMenu sources={[source]} label={`Pause ${name}`} />
          <button type="button" className="btn" onClick={() => setDialog('hours')}>
            <IconClock aria-hidden />
            {consent.schedule ? scheduleWords(consent.schedule) : 'Set hours…'}
          </button>
          <button type="button" className="btn" onClick={() => setDialog('past')}>
            <IconHistory aria-hidden />
            Also the past…
          </button>
        </>
      )}
      {consent.state === 'paused' && (
        <button type="button" className="btn" onClick={() => resume([source])}>
          <IconPlayerPlay aria-hidden />
          Resume {name}
        </button>
      )}
      {consent.state === 'off' ? (
        <button type="button" className="btn" onClick={onAsk}>
          Switch on…
        </button>
      ) : (
        <button type="button" className="btn" onClick={onOff}>
          Switch off {name}
        </button>
      )}
      {consent.since && (
        <button type="button" className="btn" onClick={onErase}>
          <IconTrash aria-hidden />
          Erase {name}…
        </button>
      )}
      <HoursDialog {...shared} opened={dialog === 'hours'} />
      <PastDialog {...shared} opened={dialog === 'past'} />
    </div>
  );
}
