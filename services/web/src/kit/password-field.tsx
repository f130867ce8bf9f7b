import { IconEye, IconEyeOff } from '@tabler/icons-react';
import { useState } from 'react';
import { TextField, type TextFieldProps } from './text-field.js';

interface PasswordFieldProps extends Omit<TextFieldProps, 'type' | 'inside' | 'hint' | 'value'> {
  value: string;
  /** A password to choose: says how long it is, and that is all it says. */
  fresh?: boolean;
}

export function PasswordField({ fresh, ...field }: PasswordFieldProps) {
  const [shown, setShown] = useState(false);
  const Icon = shown ? IconEyeOff : IconEye;
  return (
    <TextField
      required
      maxLength={256}
      autoComplete={fresh ? 'new-password' : 'current-password'}
      {...field}
      type={shown ? 'text' : 'password'}
      hint={fresh ? passwordHint(field.value.length) : undefined}
      inside={
        <button
          type="button"
          className="btn icon ghost"
          aria-label={`Show: ${field.label}`}
          aria-pressed={shown}
          onClick={() => setShown(!shown)}
        >
          <Icon aria-hidden />
        </button>
      }
    />
  );
}

export const SHORTEST_PASSWORD = 12;

/** Strength by length alone: rules about signs make passwords that people write down. */
export function passwordHint(length: number): string {
  if (length === 0) return `At least ${SHORTEST_PASSWORD} characters. A few words in a row are easy to keep.`;
  if (length < SHORTEST_PASSWORD) return `${SHORTEST_PASSWORD - length} more to go`;
  if (length < 18) return 'Long enough. Longer is harder to guess.';
  return 'Long: hard to guess.';
}
