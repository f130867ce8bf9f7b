import { modals } from '@mantine/modals';
import type { ReactNode } from 'react';

interface Question {
  title: string;
  text: ReactNode;
  /** Words of the button that does it. */
  yes: string;
  no: string;
  danger?: boolean;
}

/** Asks before something that cannot be undone; false also when the question is closed. */
export const ask = ({ title, text, yes, no, danger }: Question): Promise<boolean> =>
  new Promise((answer) => {
    modals.openConfirmModal({
      title,
      children: <p>{text}</p>,
      labels: { confirm: yes, cancel: no },
      confirmProps: { unstyled: true, className: danger ? 'btn dangerfill' : 'btn pri' },
      cancelProps: { unstyled: true, className: 'btn' },
      onConfirm: () => answer(true),
      onClose: () => answer(false),
    });
  });
