import { IconAlertTriangle, IconCheck, IconDeviceLaptop } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Copyable } from '../kit/copyable.js';
import { focusOnShow } from '../kit/focus-on-show.js';
import { ProblemNote } from '../kit/problem-note.js';
import { toast } from '../kit/toast.js';
import { CodeField } from './code-field.js';
import { commands } from './commands.js';
import { answerPairing, PAIRING_WORDS, pairingQuery, pairingState } from './pairing.js';

export function PairForm({ given, onAllowed }: { given: string; onAllowed: () => void }) {
  const [code, setCode] = useState(given);
  const asked = useQuery(pairingQuery(code));
  const allow = useMutation({ mutationFn: () => answerPairing(code, 'approve'), onSuccess: onAllowed });
  const refuse = useMutation({
    mutationFn: () => answerPairing(code, 'deny'),
    onSuccess: () => {
      setCode('');
      toast('Refused. That computer cannot send anything to you.');
    },
  });
  const answered = allow.error ?? refuse.error;
  const state = pairingState(asked.data, answered ?? asked.error);
  const wrong = state && state !== 'found' ? PAIRING_WORDS[state] : undefined;
  const change = (next: string) => {
    allow.reset();
    refuse.reset();
    setCode(next);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (state === 'found') allow.mutate();
  };
  return (
    <form className="col g16" onSubmit={submit}>
      <h1 id="way-in">Pair your computer</h1>
      <p className="t2">Type the code that the agent shows in its window. It is good for 15 minutes.</p>
      <CodeField code={code} onChange={change} invalid={wrong !== undefined} ref={given ? undefined : focusOnShow} />
      <div role="status" className="live">
        {state === 'found' && (
          <div className="card row g12">
            <IconDeviceLaptop className="s20" aria-hidden />
            <span className="grow">
              <span className="m">A computer</span>
              <br />
              <span className="s t2">shows this code and waits for your answer</span>
            </span>
            <span className="tag ok">
              <IconCheck aria-hidden /> found
            </span>
          </div>
        )}
        {asked.isFetching && <p className="s t2">Looking for the computer…</p>}
      </div>
      {wrong ? (
        <p className="note bad" role="alert">
          {wrong}
        </p>
      ) : (
        <ProblemNote error={answered ?? asked.error} retry={() => (answered ? allow.reset() : void asked.refetch())} />
      )}
      {state === 'found' && (
        <>
          <div className="note warn">
            <IconAlertTriangle aria-hidden />
            <p className="s">
              Type only a code that you see on your own computer. Nobody has a reason to ask you for one.
            </p>
          </div>
          <div className="row">
            <button type="button" className="btn lg eq" disabled={refuse.isPending} onClick={() => refuse.mutate()}>
              Not mine
            </button>
            <button type="submit" className="btn lg pri grow" disabled={allow.isPending}>
              Pair this computer
            </button>
          </div>
        </>
      )}
      {state !== 'found' && (
        <div>
          <p className="s t2 hint">No code yet? On your computer, in the Daybook folder, type</p>
          <Copyable text={commands(window.location.origin).pair} what="the command that pairs" />
        </div>
      )}
      <p className="s t3">Pairing alone sends nothing. You grant folders and browsers next, one at a time.</p>
    </form>
  );
}
