import { modals } from '@mantine/modals';
import { type FormEvent, useState } from 'react';
import { type Kind, kindText, type Named, useCatalogue } from './catalogue.js';

interface NameFormOptions {
  kind: Kind;
  title: string;
  /** One to rename; a new one without. */
  item?: Named;
}

/** Asks for a name: of a new client, or a new name of something. */
export function openNameForm(options: NameFormOptions): void {
  const id = modals.open({
    title: options.title,
    children: <NameForm {...options} onDone={() => modals.close(id)} />,
  });
}

function NameForm({ kind, item, onDone }: NameFormOptions & { onDone: () => void }) {
  const { add, change } = useCatalogue();
  const [name, setName] = useState(item?.name ?? '');
  const [problem, setProblem] = useState<string>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await (item ? change(kind, item.id, { name: name.trim() }) : add(kind, { name: name.trim() }));
      onDone();
    } catch (error) {
      setProblem(kindText(error));
    }
  };
  return (
    <form className="col g12" onSubmit={(event) => void submit(event)}>
      <label>
        <span className="lbl">Name</span>
        <input
          className="field"
          data-autofocus
          maxLength={120}
          value={name}
          onChange={(event) => setName(event.target.value)}
          required
        />
      </label>
      {problem && (
        <p className="err" role="alert">
          {problem}
        </p>
      )}
      <div className="row">
        <button type="button" className="btn push" onClick={onDone}>
          Cancel
        </button>
        <button type="submit" className="btn pri" disabled={!name.trim()}>
          Save
        </button>
      </div>
    </form>
  );
}
