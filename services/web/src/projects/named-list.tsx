import { IconArchive, IconArchiveOff, IconPencil } from '@tabler/icons-react';
import { type FormEvent, useRef, useState } from 'react';
import { type Kind, kindText, type Named, useCatalogue } from './catalogue.js';
import { openNameForm } from './name-form.js';

/** Tasks or tags: add, rename, archive. */
export function NamedList({
  kind,
  one,
  items,
  archived,
  mayChange,
  of,
}: {
  kind: Kind;
  /** What one of them is called. */
  one: string;
  items: readonly Named[];
  /** Archived ones too. */
  archived: boolean;
  mayChange: boolean;
  /** What a new one belongs to. */
  of?: object;
}) {
  const { add, archive } = useCatalogue();
  const [name, setName] = useState('');
  const [problem, setProblem] = useState<string>();
  const field = useRef<HTMLInputElement>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setProblem(undefined);
    try {
      await add(kind, { name: name.trim(), ...of });
      setName('');
    } catch (error) {
      setProblem(kindText(error));
    }
    field.current?.focus();
  };
  const shown = items.filter((item) => archived || !item.archived);
  return (
    <div className="col">
      {shown.length > 0 && (
        <ul className="named">
          {shown.map((item) => (
            <li key={item.id} className="row g4">
              <span className="clip">{item.name}</span>
              {item.archived && <span className="tag">Archived</span>}
              {mayChange && (
                <>
                  <button
                    type="button"
                    className="btn icon ghost"
                    aria-label={`Rename ${item.name}`}
                    onClick={() => openNameForm({ kind, title: `Rename ${one}`, item })}
                  >
                    <IconPencil className="s14" aria-hidden />
                  </button>
                  <button
                    type="button"
                    className="btn icon ghost"
                    aria-label={`${item.archived ? 'Restore' : 'Archive'} ${item.name}`}
                    onClick={() => void archive(kind, item)}
                  >
                    {item.archived ? (
                      <IconArchiveOff className="s14" aria-hidden />
                    ) : (
                      <IconArchive className="s14" aria-hidden />
                    )}
                  </button>
                </>
              )}
            </li>
          ))}
        </ul>
      )}
      {mayChange && (
        <form className="row addname" onSubmit={(event) => void submit(event)}>
          <input
            ref={field}
            className="field"
            aria-label={`New ${one}`}
            placeholder={`New ${one.split(' ')[0]}`}
            maxLength={120}
            value={name}
            onChange={(event) => setName(event.target.value)}
            required
          />
          <button type="submit" className="btn" disabled={!name.trim()}>
            Add
          </button>
        </form>
      )}
      {problem && (
        <p className="err" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
