import type { Rule } from '@daybook/contracts';
import { modals } from '@mantine/modals';
import { type FormEvent, useId, useState } from 'react';
import { newId } from '../api/client.js';
import { problemText } from '../kit/problem-note.js';
import { ProjectPicker } from '../projects/project-picker.js';
import { KIND_WORDS, kindOf, type RuleKind, textOf, typedMatch } from './rule-list.js';
import { RulesChanged } from './rules.js';

interface RuleFormOptions {
  /** A rule to change; a new one without. */
  rule?: Rule;
  onSave: (rule: Rule) => Promise<unknown>;
}

export function openRuleForm(options: RuleFormOptions): void {
  const id = modals.open({
    title: options.rule ? 'Change rule' : 'Add rule',
    children: <RuleForm {...options} onDone={() => modals.close(id)} />,
  });
}

const FIELDS: Record<RuleKind, { name: string; hint: string }> = {
  folder: { name: 'Folder', hint: 'The whole path, like /home/ada/acme; it covers everything below.' },
  site: { name: 'Site', hint: 'Like acme.example or github.com/acme; it covers its subdomains and everything below.' },
  keyword: { name: 'Word in the title', hint: 'Upper and lower case are the same.' },
};

function RuleForm({ rule, onSave, onDone }: RuleFormOptions & { onDone: () => void }) {
  const [kind, setKind] = useState<RuleKind>(rule ? kindOf(rule.match) : 'folder');
  const [text, setText] = useState(rule ? textOf(rule.match) : '');
  const [project, setProject] = useState<string | undefined>(rule?.project);
  const [wrong, setWrong] = useState<{ match?: string; project?: string; all?: string }>({});
  const [busy, setBusy] = useState(false);
  const hint = useId();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const typed = typedMatch(kind, text);
    if ('wrong' in typed) return setWrong({ match: typed.wrong });
    if (!project) return setWrong({ project: 'Choose a project' });
    setBusy(true);
    try {
      await onSave({
        id: rule?.id ?? (newId() as Rule['id']),
        ...(rule?.source && kind === kindOf(rule.match) && { source: rule.source }),
        match: typed.match,
        project: project as Rule['project'],
      });
      onDone();
    } catch (error) {
      setBusy(false);
      setWrong({
        all:
          error instanceof RulesChanged
            ? 'Your rules changed elsewhere meanwhile, so nothing was written. They are up to date now: save again if it is still right.'
            : problemText(error),
      });
    }
  };
  return (
    <form className="col g12" noValidate onSubmit={(event) => void submit(event)}>
      <fieldset className="rule-kind row g16 wrap">
        <legend className="vh">What it looks at</legend>
        {(Object.keys(FIELDS) as RuleKind[]).map((one) => (
          <label key={one} className="row g4">
            <input
              type="radio"
              name="kind"
              checked={kind === one}
              onChange={() => {
                setKind(one);
                setWrong({});
              }}
            />
            {KIND_WORDS[one]} …
          </label>
        ))}
      </fieldset>
      <div>
        <label>
          <span className="lbl">{FIELDS[kind].name}</span>
          <input
            className="field"
            data-autofocus
            aria-invalid={wrong.match !== undefined}
            aria-describedby={hint}
            autoComplete="off"
            spellCheck={false}
            maxLength={kind === 'folder' ? 4_096 : 2_048}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        <p id={hint} className={wrong.match ? 'err' : 's t3'} role={wrong.match ? 'alert' : undefined}>
          {wrong.match ?? FIELDS[kind].hint}
        </p>
      </div>
      <ProjectPicker
        label="Goes to project"
        value={project}
        onChange={setProject}
        {...(wrong.project && { error: wrong.project })}
      />
      {wrong.all && (
        <p className="err" role="alert">
          {wrong.all}
        </p>
      )}
      <div className="row">
        <button type="button" className="btn push" onClick={onDone}>
          Cancel
        </button>
        <button type="submit" className="btn pri" disabled={busy}>
          {rule ? 'Save' : 'Add rule'}
        </button>
      </div>
    </form>
  );
}
