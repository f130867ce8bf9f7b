import './kit.css';
import { type ComponentProps, type ReactNode, useId } from 'react';

export interface TextFieldProps extends ComponentProps<'input'> {
  label: string;
  /** Beside the label, at the right. */
  aside?: ReactNode;
  hint?: ReactNode;
  error?: string;
  /** Inside the field, at the right. */
  inside?: ReactNode;
}

/** One line to fill in, with its label, its hint and what the server says about it. */
export function TextField({ label, aside, hint, error, inside, className = '', ...input }: TextFieldProps) {
  const id = useId();
  const said = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div>
      <div className="lbl">
        <label htmlFor={id}>{label}</label>
        {aside && <span className="push">{aside}</span>}
      </div>
      <div className="field-box">
        <input
          {...input}
          id={id}
          className={`field ${className}`}
          aria-invalid={error ? true : undefined}
          aria-describedby={said || undefined}
        />
        {inside}
      </div>
      {hint && (
        <p className="s t2 hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p className="err" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
