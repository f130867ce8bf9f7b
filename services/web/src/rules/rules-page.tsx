import './rules.css';
import type { Rule } from '@daybook/contracts';
import { useDocumentTitle } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { isProblem } from '../api/client.js';
import { PrivacyChip } from '../kit/privacy-chip.js';
import { ProblemNote } from '../kit/problem-note.js';
import { toast } from '../kit/toast.js';
import { useProjects } from '../projects/projects.js';
import { LockedVault } from '../vault/locked-vault.js';
import { openRuleForm } from './rule-form.js';
import { coveredBy, MAX_RULES, movedRule, withRule } from './rule-list.js';
import { RuleRow } from './rule-row.js';
import { RulesChanged, rulesQuery, useRuleEdits } from './rules.js';

/** The person's rules, which put work on projects. Sealed like the activity they are about. */
export function RulesPage() {
  useDocumentTitle('Rules · Daybook');
  const { data: rules, error, refetch } = useQuery(rulesQuery);
  const locked = isProblem(error) && error.status === 423;
  return (
    <>
      <header className="head">
        <h1>Rules</h1>
        <PrivacyChip kind="only" size="long" />
        <span className="grow" />
        {rules && !error && rules.length > 0 && <AddRule rules={rules} />}
      </header>
      <div className="pagebody rules-page">
        {locked ? (
          <LockedVault />
        ) : error ? (
          <ProblemNote error={error} retry={() => void refetch()} />
        ) : rules ? (
          <RuleList rules={rules} />
        ) : (
          <div className="card col g12" aria-busy="true">
            <p className="vh" role="status">
              Loading rules
            </p>
            {['one', 'two', 'three'].map((row) => (
              <span key={row} className="sk rules-sk" />
            ))}
          </div>
        )}
      </div>
    </>
  );
}

function AddRule({ rules }: { rules: Rule[] }) {
  const edit = useEdit();
  return (
    <button
      type="button"
      className="btn pri"
      disabled={rules.length >= MAX_RULES}
      onClick={() => openRuleForm({ onSave: (rule) => edit.change((list) => withRule(list, rule)) })}
    >
      <IconPlus aria-hidden /> Add rule
    </button>
  );
}

/** Edits always start from the list that is on screen, however old the closure that asks. */
function useEdit() {
  const cache = useQueryClient();
  const edits = useRuleEdits();
  const change = (to: (rules: Rule[]) => Rule[]) => {
    const seen = cache.getQueryData(rulesQuery.queryKey) ?? [];
    return edits.mutateAsync({ seen, wanted: to(seen) });
  };
  return { change, pending: edits.isPending };
}

function RuleList({ rules }: { rules: Rule[] }) {
  const { byId } = useProjects();
  const { change, pending } = useEdit();
  const [said, setSaid] = useState('');
  const [problem, setProblem] = useState<unknown>();

  const attempt = async (to: (rules: Rule[]) => Rule[]) => {
    if (pending) return undefined;
    setProblem(undefined);
    return change(to).catch((error: unknown) => setProblem(error));
  };
  const move = async (rule: Rule, by: -1 | 1) => {
    const written = await attempt((list) => movedRule(list, rule.id, by));
    if (!written) return;
    const place = written.findIndex((one) => one.id === rule.id) + 1;
    setSaid(`Moved to place ${place} of ${written.length}`);
    // The row has moved in the page, and the focus with it.
    requestAnimationFrame(() => document.getElementById(`rule-${rule.id}-${by}`)?.focus());
  };
  const remove = async (rule: Rule, place: number) => {
    const written = await attempt((list) => list.filter((one) => one.id !== rule.id));
    if (!written) return;
    toast('Rule removed', () => void attempt((list) => withRule(list, rule, place)));
    const next = written[Math.min(place, written.length - 1)];
    requestAnimationFrame(() => document.getElementById(next ? `rule-${next.id}-change` : 'page')?.focus());
  };

  return (
    <>
      {problem instanceof RulesChanged ? (
        <p className="note warn" role="alert">
          Your rules changed elsewhere, so nothing was written. You see them as they are now.
        </p>
      ) : (
        <ProblemNote error={problem} />
      )}
      {rules.length === 0 ? (
        <section className="col g12 rules-empty" aria-label="No rules yet">
          <h2 className="h1">No rules yet</h2>
          <p className="t2">
            A rule puts what you worked on to a project: everything in a folder, on a site, or with a word in its title.
            It makes the drafts of your days, and you can see for each draft which rule made it. Rules are sealed like
            your activity.
          </p>
          <p className="row wrap">
            <AddRule rules={rules} />
          </p>
        </section>
      ) : (
        <>
          <p className="t2">
            The first rule that matches wins; move one with its arrows
            <span className="hide-s">
              {' '}
              or with <kbd>Alt</kbd> <kbd>↑</kbd> <kbd>↓</kbd>
            </span>
            .{rules.length >= MAX_RULES && ` ${MAX_RULES} rules are the most there can be; remove one to add another.`}
          </p>
          <ol className="card rules" aria-label="Your rules, the first that matches wins">
            {rules.map((rule, n) => (
              <RuleRow
                key={rule.id}
                rule={rule}
                place={n}
                of={rules.length}
                project={byId.get(rule.project)}
                covered={coveredBy(rules, n)}
                onMove={(by) => void move(rule, by)}
                onRemove={() => void remove(rule, n)}
                onChange={() => openRuleForm({ rule, onSave: (changed) => change((list) => withRule(list, changed)) })}
              />
            ))}
          </ol>
        </>
      )}
      <p className="vh" role="status">
        {said}
      </p>
    </>
  );
}
