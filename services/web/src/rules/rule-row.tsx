import type { Project, Rule } from '@daybook/contracts';
import {
  IconArrowDown,
  IconArrowRight,
  IconArrowUp,
  IconFolder,
  IconLetterCase,
  IconPencil,
  IconTrash,
  IconWorld,
} from '@tabler/icons-react';
import type { KeyboardEvent } from 'react';
import { ProjectMark } from '../projects/project-mark.js';
import { KIND_WORDS, kindOf, textOf } from './rule-list.js';

const ICONS = { folder: IconFolder, site: IconWorld, keyword: IconLetterCase };

export function RuleRow({
  rule,
  place,
  of,
  project,
  covered,
  onMove,
  onRemove,
  onChange,
}: {
  rule: Rule;
  place: number;
  of: number;
  project: Project | undefined;
  /** Place of an earlier rule that leaves nothing for this one. */
  covered: number | undefined;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
  onChange: () => void;
}) {
  const kind = kindOf(rule.match);
  const Icon = ICONS[kind];
  const name = `${KIND_WORDS[kind].toLowerCase()} ${textOf(rule.match)}`;
  const onKeyDown = (event: KeyboardEvent) => {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
    event.preventDefault();
    onMove(event.key === 'ArrowUp' ? -1 : 1);
  };
  return (
    <li className={`rule p-${project?.colour ?? 'no'}`} onKeyDown={onKeyDown}>
      <span className="num s t3 place">{place + 1}</span>
      <Icon aria-hidden />
      <span className="what">
        <span className="t2">{KIND_WORDS[kind]}</span> <span className="m">{textOf(rule.match)}</span>
        {covered !== undefined && <small className="t3">never reached: rule {covered + 1} matches first</small>}
      </span>
      <span className="row to">
        <IconArrowRight className="s14" aria-label="goes to" />
        <ProjectMark project={project} />
        <span className="clip">{project?.name ?? 'Unknown project'}</span>
        {project?.archived && <span className="tag">Archived</span>}
      </span>
      <span className="row g4 do">
        <button
          type="button"
          id={`rule-${rule.id}--1`}
          className="btn icon ghost"
          aria-label={`Move up: ${name}`}
          aria-disabled={place === 0}
          onClick={() => place > 0 && onMove(-1)}
        >
          <IconArrowUp aria-hidden />
        </button>
        <button
          type="button"
          id={`rule-${rule.id}-1`}
          className="btn icon ghost"
          aria-label={`Move down: ${name}`}
          aria-disabled={place === of - 1}
          onClick={() => place < of - 1 && onMove(1)}
        >
          <IconArrowDown aria-hidden />
        </button>
        <button
          type="button"
          id={`rule-${rule.id}-change`}
          className="btn icon ghost"
          aria-label={`Change: ${name}`}
          onClick={onChange}
        >
          <IconPencil aria-hidden />
        </button>
        <button type="button" className="btn icon ghost" aria-label={`Remove: ${name}`} onClick={onRemove}>
          <IconTrash aria-hidden />
        </button>
      </span>
    </li>
  );
}
