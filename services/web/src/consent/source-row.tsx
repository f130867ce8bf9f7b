import './consent.css';
import type { Consent } from '@daybook/contracts';
import { IconChevronDown, IconChevronUp, IconDeviceLaptop } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { toastProblem } from '../kit/toast.js';
import { useMe } from '../me/me.js';
import { ConsentDialog } from './consent-dialog.js';
import { ConsentFacts } from './consent-facts.js';
import { ConsentReceipt } from './consent-receipt.js';
import { type AgentSource, CONSENT_TEXT } from './consent-text.js';
import { useChangeConsents } from './consents.js';
import { SourceActions } from './source-actions.js';
import { stateWords } from './source-state.js';
import { SOURCE_WORDS } from './source-words.js';

/** One source: off at once, on only through its dialog, and everything about it when unfolded. */
export function SourceRow({
  source,
  consent,
  onErase,
}: {
  source: AgentSource;
  consent: Consent;
  /** Asks what to do with what it brought. */
  onErase: () => void;
}) {
  const [open, setOpen] = useState(false);
  const [asking, setAsking] = useState(false);
  const [justOff, setJustOff] = useState(false);
  const change = useChangeConsents();
  const { timeZone } = useMe();
  const { name, icon: Icon } = SOURCE_WORDS[source];
  const { word, more, dot } = stateWords(consent, timeZone);
  const on = consent.state !== 'off';
  const control = useRef<HTMLButtonElement>(null);

  const switchOff = () =>
    change.mutate([{ source, change: { state: 'off' } }], {
      onSuccess: () => setJustOff(true),
      onError: toastProblem,
    });
  const toggle = () => {
    // Never `disabled`: that would take the focus away.
    if (change.isPending) return;
    setJustOff(false);
    if (on) switchOff();
    else setAsking(true);
  };
  const keep = () => {
    setJustOff(false);
    control.current?.focus();
  };
  return (
    <li className={open ? 'crow open' : 'crow'}>
      <button
        type="button"
        className="ch"
        aria-expanded={open}
        aria-controls={`about-${source}`}
        onClick={() => setOpen(!open)}
      >
        <Icon className="s20" aria-hidden />
        <span className="nm">
          <span className="m">{name}</span>
          <small>{CONSENT_TEXT[source].fields}</small>
        </span>
        <span className="lim">
          <span className="tag line">
            <IconDeviceLaptop aria-hidden />
            agent on your computer
          </span>
        </span>
        <span className="st">
          <span className={`dot ${dot}`} />
          <span>
            {word} <small>{more}</small>
          </span>
        </span>
        {open ? <IconChevronUp aria-hidden /> : <IconChevronDown aria-hidden />}
      </button>
      <button
        type="button"
        role="switch"
        className="switch"
        aria-checked={on}
        aria-label={name}
        ref={control}
        onClick={toggle}
      />
      <div role="status" className="offer">
        {justOff && consent.state === 'off' && (
          <>
            <p className="grow">
              <b className="m">Off.</b> Nothing more is collected. Erase what it brought?
            </p>
            <button type="button" className="btn sm" onClick={keep}>
              Keep it until it expires
            </button>
            <button type="button" className="btn sm" onClick={onErase}>
              Erase {name}…
            </button>
          </>
        )}
      </div>
      <div id={`about-${source}`} className="cbody" hidden={!open}>
        {open && (
          <>
            <ConsentFacts source={source} />
            <ConsentReceipt consent={consent} />
            <SourceActions
              source={source}
              consent={consent}
              onAsk={() => setAsking(true)}
              onOff={switchOff}
              onErase={onErase}
            />
          </>
        )}
      </div>
      <ConsentDialog source={source} opened={asking} onClose={() => setAsking(false)} />
    </li>
  );
}
