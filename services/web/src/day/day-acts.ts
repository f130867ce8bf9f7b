import type { Day, ProjectRef } from '@daybook/contracts';
import { addDays } from '@daybook/timekeeping';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { openEntryForm } from '../entry/entry-form.js';
import { useSingleKeys } from '../me/me.js';
import { useProjects } from '../projects/projects.js';
import { focusRow } from './day-list.js';
import type { DayModel } from './day-model.js';
import type { DraftActs } from './draft-detail.js';
import { actOf, type KeyAct } from './keys.js';
import type { Review } from './review.js';
import { type DraftRow, type Edit, suggestedProjects } from './rows.js';
import { nextDraft, useSelection } from './selection.js';

export type Dialog =
  | { kind: 'rule'; row: DraftRow; project: ProjectRef }
  | { kind: 'project'; row: DraftRow }
  | { kind: 'keys' };

interface DayActsParts {
  day: Day;
  model: DayModel;
  review: Review;
  /** Whether the focus was in the list last. */
  held: RefObject<boolean>;
  setEdit: (draft: string, edit: Edit) => void;
}

/** What mouse and keys do on the day page: what is looked at, what is asked, and what becomes of it. */
export function useDayActs({ day, model, review, held, setEdit }: DayActsParts) {
  const [dialog, setDialog] = useState<Dialog>();
  const [opened, setOpened] = useState(false);
  const [said, say] = useState('');
  const filterField = useRef<HTMLInputElement>(null);
  const { selected, choose, move } = useSelection(model.order);
  const { open: openProjects, byId } = useProjects();
  const singleKeys = useSingleKeys();
  const navigate = useNavigate();

  useEffect(() => {
    if (dialog) return;
    // The row that opened the dialog may have moved: the focus goes to where it is now.
    const timer = setTimeout(() => {
      if (held.current && document.activeElement === document.body) focusRow(selected?.key);
    }, 40);
    return () => clearTimeout(timer);
  }, [dialog, selected?.key, held]);

  const suggestions = (row: DraftRow) => suggestedProjects(row.draft.project, model.recent, openProjects);
  const edit = (row: DraftRow, change: Edit) => {
    // It stays the one that is looked at, even when it moves to another project.
    choose(row.key);
    setEdit(row.draft.id, change);
  };
  const leave = (key: string) => {
    setOpened(false);
    choose(nextDraft(model.order, key));
  };
  const open = useCallback(
    (key: string) => {
      choose(key);
      setOpened(true);
    },
    [choose],
  );
  const acts: DraftActs = {
    onEdit: edit,
    onChoose: (row, project) => {
      edit(row, { ...row.edit, project });
      say(`Project: ${byId.get(project)?.name ?? 'the new one'}`);
      // Asked once, when there was none.
      setDialog(row.project === undefined ? { kind: 'rule', row, project } : undefined);
    },
    onAccept: (row) => {
      if (model.submitted) return say('This week was submitted; recall it first.');
      if (!row.project) return setDialog({ kind: 'project', row });
      leave(row.key);
      void review.accept([row]);
    },
    onIgnore: (row) => {
      leave(row.key);
      void review.ignore(row);
    },
    onRule: (row) => row.project && setDialog({ kind: 'rule', row, project: row.project }),
    onForget: review.forget,
  };
  const add = () => openEntryForm({ day });
  const goTo = (to: Day) => void navigate({ to: '/day/$day', params: { day: to } });
  const editDraft = (row: DraftRow) => {
    open(row.key);
    requestAnimationFrame(() => document.querySelector<HTMLElement>('.detail input')?.focus());
  };

  const onDraft = (draft: DraftRow, key: KeyAct): void => {
    if (key.act === 'accept') acts.onAccept(draft);
    else if (key.act === 'edit') editDraft(draft);
    else if (key.act === 'ignore') acts.onIgnore(draft);
    else if (key.act === 'rule' && draft.project) acts.onRule(draft);
    else if (key.act === 'picker' || key.act === 'rule') setDialog({ kind: 'project', row: draft });
    else if (key.act === 'project') {
      const project = suggestions(draft)[key.index];
      if (project) acts.onChoose(draft, project);
    }
  };
  const onDay: { [act in KeyAct['act']]?: () => void } = {
    next: () => move(1),
    previous: () => move(-1),
    undo: review.undo,
    dayBefore: () => goTo(addDays(day, -1)),
    dayAfter: () => goTo(addDays(day, 1)),
    today: () => goTo(model.today),
    filter: () => filterField.current?.focus(),
    add,
    help: () => setDialog({ kind: 'keys' }),
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const key = actOf(event, singleKeys);
    // Buttons that stand among the rows keep their own Enter.
    if (!key || (key.act === 'accept' && !(event.target as Element).closest('.it, .blk'))) return;
    event.preventDefault();
    const act = onDay[key.act];
    if (act) act();
    else if (selected?.kind === 'draft') onDraft(selected, key);
    else if (selected && (key.act === 'edit' || key.act === 'accept')) openEntryForm({ day, entry: selected.entry });
  };
  return {
    acts,
    add,
    acceptSure: () => {
      choose(undefined);
      void review.accept(model.sure);
    },
    selected,
    suggested: selected?.kind === 'draft' ? suggestions(selected) : [],
    choose,
    open,
    opened,
    close: () => setOpened(false),
    edit,
    dialog,
    setDialog,
    filterField,
    said,
    singleKeys,
    onKeyDown,
  };
}
