import { type Ref, useId } from 'react';
import { CODE_LENGTH, typedCode } from './pairing.js';

/** Eight boxes to look at, one field to type into: pasting works, with the dash or without. */
export function CodeField({
  code,
  onChange,
  invalid,
  ref,
}: {
  code: string;
  onChange: (code: string) => void;
  invalid: boolean;
  ref?: Ref<HTMLInputElement>;
}) {
  const hint = useId();
  const next = Math.min(code.length, CODE_LENGTH - 1);
  return (
    <div>
      <div className="code8">
        <input
          ref={ref}
          aria-label="Code, 8 characters"
          aria-describedby={hint}
          aria-invalid={invalid || undefined}
          autoComplete="one-time-code"
          autoCapitalize="characters"
          spellCheck={false}
          value={code}
          onChange={(event) => onChange(typedCode(event.target.value))}
          // The boxes show no caret: typing goes on at the end.
          onSelect={({ currentTarget: field }) => {
            const { length } = field.value;
            if (field.selectionStart === field.selectionEnd && field.selectionEnd !== length)
              field.setSelectionRange(length, length);
          }}
        />
        {BOXES.map((box) => (
          <span key={box} aria-hidden="true" className={box === next ? 'on' : ''}>
            {code[box]}
          </span>
        ))}
        <i aria-hidden="true" />
      </div>
      <p className="s t2 hint" id={hint}>
        No letters that look like digits: there is no O, 0, I, L or 1.
      </p>
    </div>
  );
}

const BOXES = Array.from({ length: CODE_LENGTH }, (_, box) => box);
