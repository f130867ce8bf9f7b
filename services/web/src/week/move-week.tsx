import type { IsoWeek, Project, Timesheet } from '@daybook/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { ProblemNote } from '../kit/problem-note.js';
import { toast, toastProblem } from '../kit/toast.js';
import { changesArrived, useMoveWeek, WeekChanged } from './week-moves.js';
import { changeWords, weekNumber } from './week-words.js';

/** Submit and recall, with the way back that the toast offers. */
export function useSubmitting(week: IsoWeek, onSubmitted: () => void = () => undefined) {
  const cache = useQueryClient();
  const moving = useMoveWeek(week);
  const recall = (seen: Timesheet) =>
    moving.mutate(
      { to: 'recall', seen },
      { onSuccess: () => toast(`Week ${weekNumber(week)} is yours to change again`), onError: toastProblem },
    );
  const submit = async (seen: Timesheet) => {
    await changesArrived(cache);
    moving.mutate(
      { to: 'submit', seen },
      {
        onSuccess: (submitted) => {
          toast(`Week ${weekNumber(week)} submitted`, () => recall(submitted));
          onSubmitted();
        },
      },
    );
  };
  return { submit, recall, pending: moving.isPending, problem: moving.error };
}

/** Why a week was not submitted or recalled; nothing of it is lost. */
export function MoveProblem({ problem, projects }: { problem: unknown; projects: Map<string, Project> }) {
  if (!(problem instanceof WeekChanged)) return <ProblemNote error={problem} />;
  return (
    <div className="note warn" role="alert">
      <div className="col g4">
        <p className="b">This week changed meanwhile, so nothing was submitted</p>
        <ul className="wk-changes">
          {problem.changes.map((change) => {
            const words = changeWords(change, (project) => projects.get(project)?.name ?? 'another project');
            return <li key={words}>{words}</li>;
          })}
        </ul>
        <p>You see the week as it is now. Submit it again if it is right.</p>
      </div>
    </div>
  );
}
