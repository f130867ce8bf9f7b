import { type ActivityItem, type Draft, type ProjectRef, type RuleMatch, ruleMatcher } from '@daybook/contracts';
import { Modal } from '@mantine/core';
import { IconWand } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { newId } from '../api/client.js';
import { PrivacyChip } from '../kit/privacy-chip.js';
import { ProblemNote } from '../kit/problem-note.js';
import { ProjectName } from '../projects/project-name.js';
import { useProjects } from '../projects/projects.js';
import { RulesChanged, rulesQuery, useRuleEdits } from '../rules/rules.js';
import { counted } from '../time/format.js';
import { matchesFor, matchWords, placedRule } from './new-rule.js';
import type { Review } from './review.js';
import type { DraftRow } from './rows.js';

/** "Always do this?": the same weight for yes and no; the least reaching rule is offered first. */
export function RuleDialog({
  row,
  project,
  activity,
  drafts,
  offerUndo,
  onClose,
}: {
  row: DraftRow;
  project: ProjectRef;
  activity: readonly ActivityItem[];
  drafts: readonly Draft[];
  offerUndo: Review['offerUndo'];
  /** With `made`: the rule is in force and the day is being read again. */
  onClose: (made: boolean) => void;
}) {
  const edits = useRuleEdits();
  const rules = useQuery(rulesQuery);
  const target = useProjects().byId.get(project);
  const matches = row.draft.suggestedMatches.length ? row.draft.suggestedMatches : matchesFor(row.evidence);
  const [chosen, setChosen] = useState(0);
  const [error, setError] = useState<unknown>();
  const match = matches[chosen];
  const wanted = match && { id: newId() as Draft['id'] as never, match, project };
  const ordered = rules.data && wanted && placedRule(rules.data, wanted, row.evidence);

  const make = async () => {
    if (!match || !ordered || !rules.data) return;
    setError(undefined);
    const before = rules.data;
    try {
      const written = await edits.mutateAsync({ seen: before, wanted: ordered });
      const { kind, value } = matchWords(match);
      offerUndo(`From now on ${kind} ${value} go to ${target?.name ?? 'this project'}`, () =>
        edits.mutateAsync({ seen: written, wanted: before }),
      );
      onClose(true);
    } catch (problem) {
      setError(problem);
    }
  };
  return (
    <Modal
      opened
      onClose={() => onClose(false)}
      size={560}
      title={
        <span className="row h1">
          <IconWand className="s20" aria-hidden />
          Always do this?
        </span>
      }
    >
      <div className="col g16">
        <p className="t2">
          This draft goes to <ProjectName project={target} />. Which of these should decide next time?
        </p>
        <fieldset className="rule">
          <legend className="vh">What the rule is about</legend>
          {matches.map((one, n) => (
            <label key={JSON.stringify(one)} className={n === chosen ? 'on' : ''}>
              <input type="radio" name="match" checked={n === chosen} onChange={() => setChosen(n)} />
              <span className="clip" title={matchWords(one).value}>
                {matchWords(one).kind} <b className="m">{matchWords(one).value}</b>
              </span>
              <span className="s t2 num">{reach(one, project, activity, drafts)}</span>
            </label>
          ))}
        </fieldset>
        <p className="s t2">
          Rules run from the top; the first match wins.
          {ordered && wanted && ` This one goes to place ${ordered.indexOf(wanted) + 1} of ${ordered.length}.`} It never
          changes a draft that you have decided.
        </p>
        {error instanceof RulesChanged ? (
          <p className="note warn" role="alert">
            Your rules changed in another window meanwhile. Look at the place above, then choose again.
          </p>
        ) : (
          <ProblemNote error={error ?? rules.error} />
        )}
        <div className="row wrap">
          <span className="grow">
            <PrivacyChip kind="only" />
          </span>
          <button type="button" className="btn eq" onClick={() => onClose(false)} data-autofocus>
            Only this time
          </button>
          <button type="button" className="btn eq" disabled={edits.isPending || !ordered} onClick={() => void make()}>
            Always
          </button>
        </div>
      </div>
    </Modal>
  );
}

/** How much of this day a rule would cover, and how much of that is on another project now. */
function reach(
  match: RuleMatch,
  project: ProjectRef,
  activity: readonly ActivityItem[],
  drafts: readonly Draft[],
): string {
  const covered = new Set(activity.filter(ruleMatcher(match)).map((item) => item.id));
  const elsewhere = drafts
    .filter((draft) => draft.project && draft.project !== project)
    .flatMap((draft) => draft.evidence.filter((id) => covered.has(id)));
  const words = `${counted(covered.size, 'trace')} of this day`;
  return elsewhere.length ? `${words}, ${new Set(elsewhere).size} elsewhere now` : words;
}
